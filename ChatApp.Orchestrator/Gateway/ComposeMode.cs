namespace ChatApp.Orchestrator.Gateway;

/// <summary>What a body is composed for.</summary>
internal enum ComposeMode
{
    Answer,

    /// <summary>With log-probabilities, by which the answer's beginning is judged.</summary>
    Judged,
}
