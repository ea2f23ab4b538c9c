namespace ChatApp.Web.Api;

/// <summary>A conversation as the list and the head of the page show it.</summary>
public sealed record ConversationSummary
{
    public required string Id { get; init; }

    public string? Title { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public bool Pinned { get; init; }

    public bool Archived { get; init; }

    public string? Folder { get; init; }

    public string? RunningTurnId { get; init; }

    public string? CurrentMessageId { get; init; }

    /// <summary>With a search: the passage that matched, hits between U+0002 and U+0003.</summary>
    public string? Snippet { get; init; }
}
