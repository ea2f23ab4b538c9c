namespace ChatApp.Web.Api;

/// <summary>A conversation with its whole tree of messages in the order they were made.</summary>
public sealed record ConversationDetail(ConversationSummary Conversation, IReadOnlyList<MessageRecord> Messages);
