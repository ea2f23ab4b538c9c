namespace ChatApp.Orchestrator.Conversations;

/// <summary>What to change in a conversation; null leaves a property as it is.</summary>
public sealed record ConversationChange(string? Title, bool? Pinned, bool? Archived, Guid? CurrentMessageId);
