namespace ChatApp.Web.Api;

/// <summary>What to change of a conversation; null leaves a value as it is.</summary>
public sealed record ConversationChange
{
    public string? Title { get; init; }

    public bool? Pinned { get; init; }

    public bool? Archived { get; init; }

    /// <summary>Empty: out of its folder.</summary>
    public string? Folder { get; init; }

    public string? CurrentMessageId { get; init; }
}
