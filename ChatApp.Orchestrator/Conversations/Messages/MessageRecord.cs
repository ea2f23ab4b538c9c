namespace ChatApp.Orchestrator.Conversations.Messages;

/// <summary>A message as stored: one node of its conversation's tree.</summary>
internal sealed record MessageRecord
{
    public required Guid Id { get; init; }
    public required Guid ConversationId { get; init; }
    public Guid? ParentId { get; init; }
    public long Seq { get; init; }
    public required string Role { get; init; }
    public required string Text { get; init; }
    public string? ContentJson { get; init; }
    public required string Status { get; init; }
    public string? Model { get; init; }
    public Guid? TurnId { get; init; }
    public int? TokenCount { get; init; }

    /// <summary>The model whose tokenizer made <see cref="TokenCount"/>.</summary>
    public string? TokenModel { get; init; }
    public DateTime CreatedAt { get; init; }

    /// <summary>Where it was asked for: the turn that wrote the parent last.</summary>
    public Guid? ParentTurnId { get; init; }
}

internal static class MessageRoles
{
    public const string System = "system";
    public const string User = "user";
    public const string Assistant = "assistant";
    public const string Tool = "tool";
}

/// <summary>A message's states beside those of the turn that made it.</summary>
internal static class MessageStatuses
{
    /// <summary>Its turn is running; the text so far is in the turn's log.</summary>
    public const string Streaming = "Streaming";

    public const string Completed = "Completed";
}
