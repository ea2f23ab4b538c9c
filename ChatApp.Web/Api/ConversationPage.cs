namespace ChatApp.Web.Api;

/// <param name="Data">Conversations, newest activity first.</param>
/// <param name="NextCursor">Where the next page begins; null: that was the last.</param>
/// <param name="Folders">On a first page: the names of all folders.</param>
public sealed record ConversationPage(IReadOnlyList<ConversationSummary> Data, string? NextCursor, IReadOnlyList<string>? Folders = null);
