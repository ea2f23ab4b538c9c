namespace ChatApp.Orchestrator.Conversations;

/// <summary>What to change in a conversation; null leaves a property as it is, an empty <c>Folder</c> takes it out of its folder.</summary>
public sealed record ConversationChange(string? Title, bool? Pinned, bool? Archived, Guid? CurrentMessageId, string? Folder = null);
