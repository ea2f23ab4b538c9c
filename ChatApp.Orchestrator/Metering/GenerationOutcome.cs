namespace ChatApp.Orchestrator.Metering;

public enum GenerationOutcome
{
    Completed,

    /// <summary>The caller stopped it or went away.</summary>
    Stopped,

    /// <summary>The upstream failed or broke off.</summary>
    Failed,
}
