namespace ChatApp.Web.Api;

public sealed record ConversationPage(IReadOnlyList<ConversationSummary> Data, string? NextCursor);
