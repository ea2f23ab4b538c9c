namespace ChatApp.Orchestrator.Conversations;

/// <summary>A conversation as stored, with the turn that is running in it.</summary>
internal sealed record ConversationRecord
{
    public required Guid Id { get; init; }
    public required string UserId { get; init; }
    public string? Title { get; init; }
    public required string TitleSource { get; init; }
    public bool Pinned { get; init; }
    public bool Archived { get; init; }
    public string? Folder { get; init; }
    public long LastSeq { get; init; }
    public Guid? CurrentMessageId { get; init; }
    public Guid? RunningTurnId { get; init; }
    public DateTime CreatedAt { get; init; }
    public DateTime UpdatedAt { get; init; }
    public DateTime? DeletedAt { get; init; }

    /// <summary>From a search: the passage that matched, hits between U+0002 and U+0003.</summary>
    public string Snippet { get; init; } = "";
}
