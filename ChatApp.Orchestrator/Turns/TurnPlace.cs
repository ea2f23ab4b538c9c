namespace ChatApp.Orchestrator.Turns;

/// <summary>Where in the tree a turn writes.</summary>
internal sealed record TurnPlace(
    Guid ConversationId, Guid? ParentId, Guid UserMessageId, Guid AssistantMessageId, string? InitialText = null, string? InitialContent = null);
