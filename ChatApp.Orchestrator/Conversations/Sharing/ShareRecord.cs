namespace ChatApp.Orchestrator.Conversations.Sharing;

/// <summary>A link as its owner sees it.</summary>
public sealed record ShareRecord
{
    public required Guid Id { get; init; }
    public required Guid ConversationId { get; init; }
    public DateTime CreatedAt { get; init; }
}
