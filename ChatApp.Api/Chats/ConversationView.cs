using System.Text.Json;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.Chats;

/// <summary>A conversation as the app surface shows it.</summary>
internal sealed record ConversationView(
    string Id,
    string Title,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    bool Pinned,
    bool Archived,
    string? CurrentMessageId,
    string? RunningTurnId,
    string? Folder,
    string? Snippet)
{
    public static ConversationView From(Conversation conversation, string snippet = "") => new(
        conversation.Id,
        conversation.Title,
        conversation.CreatedAt.ToDateTimeOffset(),
        conversation.UpdatedAt.ToDateTimeOffset(),
        conversation.Pinned,
        conversation.Archived,
        NullIfEmpty(conversation.CurrentMessageId),
        NullIfEmpty(conversation.RunningTurnId),
        NullIfEmpty(conversation.Folder),
        NullIfEmpty(snippet));

    internal static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
