namespace ChatApp.Web.Api;

/// <summary>One of the person's conversations changed somewhere: what it is now, or which one was deleted; neither: any of them may have changed.</summary>
public sealed record ConversationEvent(ConversationSummary? Conversation = null, string? DeletedId = null);
