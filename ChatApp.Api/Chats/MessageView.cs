using System.Text.Json;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.Chats;

/// <summary>A message as the app surface shows it.</summary>
internal sealed record MessageView(
    string Id,
    string? ParentId,
    long Seq,
    string Role,
    string Text,
    string Status,
    string? Model,
    DateTimeOffset CreatedAt,
    JsonElement? Content,
    int TokenCount,
    string? TurnId)
{
    public static MessageView From(Message message) => new(
        message.Id,
        ConversationView.NullIfEmpty(message.ParentId),
        message.Seq,
        message.Role,
        message.Text,
        message.Status,
        ConversationView.NullIfEmpty(message.Model),
        message.CreatedAt.ToDateTimeOffset(),
        message.ContentJson.Length == 0 ? null : JsonElement.Parse(message.ContentJson),
        message.TokenCount,
        ConversationView.NullIfEmpty(message.TurnId));
}
