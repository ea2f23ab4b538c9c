namespace ChatApp.Orchestrator.Prompts;

/// <summary>What the path from the root to <see cref="LastMessageId"/> said.</summary>
public sealed record SummaryRecord
{
    public required Guid LastMessageId { get; init; }
    public int Version { get; init; }

    /// <summary>How many messages it stands for.</summary>
    public int Messages { get; init; }
    public required string Text { get; init; }
}
