namespace ChatApp.Orchestrator.Conversations.Transfer;

/// <summary>A conversation of a document, its messages with every parent before its children.</summary>
public sealed record ImportedConversation
{
    public string? Title { get; init; }
    public bool Pinned { get; init; }
    public bool Archived { get; init; }
    public string? Folder { get; init; }
    public DateTime CreatedAt { get; init; }
    public DateTime UpdatedAt { get; init; }

    /// <summary>The key of the message that the active path ends with.</summary>
    public string? CurrentKey { get; init; }
    public required IReadOnlyList<ImportedMessage> Messages { get; init; }
}
