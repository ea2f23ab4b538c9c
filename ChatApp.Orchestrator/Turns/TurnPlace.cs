using ChatApp.Orchestrator.Conversations;

namespace ChatApp.Orchestrator.Turns;

/// <summary>Where in the tree a turn writes; and the message that it answers, when that is new.</summary>
internal sealed record TurnPlace(
    Guid ConversationId, Guid? ParentId, Guid UserMessageId, Guid AssistantMessageId, string? InitialText = null, string? InitialContent = null, MessageRecord? Question = null);
