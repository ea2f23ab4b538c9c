namespace ChatApp.Orchestrator.Conversations.Titles;

/// <summary>What a title is made from.</summary>
public sealed record TitleSource
{
    public required string Question { get; init; }
    public required string Answer { get; init; }
}
