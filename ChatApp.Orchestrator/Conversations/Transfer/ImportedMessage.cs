namespace ChatApp.Orchestrator.Conversations.Transfer;

/// <summary>A message of a document; keys are the document's own ids and go no further.</summary>
public sealed record ImportedMessage(string Key, string? ParentKey, string Role, string Text, string? Model, DateTime CreatedAt, string? Content = null);
