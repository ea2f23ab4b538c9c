namespace ChatApp.Orchestrator.Turns;

public enum TurnKind
{
    /// <summary>A new user message and its answer.</summary>
    Append,

    /// <summary>Another answer to the user message that is the parent.</summary>
    Regenerate,

    /// <summary>More text for the assistant message that is the parent.</summary>
    Continue,
}
