namespace ChatApp.Orchestrator.Metering;

/// <summary>Where generations that belong to no turn are written down.</summary>
public interface IGenerationLedger
{
    /// <summary>Never fails the request that used the tokens: what can't be stored now is stored later.</summary>
    Task RecordAsync(string owner, GenerationRecord generation, CancellationToken cancellationToken);
}
