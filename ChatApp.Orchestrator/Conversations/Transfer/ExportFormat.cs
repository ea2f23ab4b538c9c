using System.Text.Json;
using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Conversations.Messages;

namespace ChatApp.Orchestrator.Conversations.Transfer;

/// <summary>Our own document; <c>docs/export-format.md</c> describes it.</summary>
internal static class ExportFormat
{
    public const string Name = "chatapp.conversations";
    public const int Version = 1;

    public static void Write(Utf8JsonWriter json, ConversationRecord conversation, IReadOnlyList<MessageRecord> messages)
    {
        json.WriteStartObject();
        json.WriteString("id", WireId.Format(WireId.Conversation, conversation.Id));
        json.WriteString("title", conversation.Title);
        json.WriteBoolean("pinned", conversation.Pinned);
        json.WriteBoolean("archived", conversation.Archived);
        json.WriteString("folder", conversation.Folder);
        json.WriteString("created_at", conversation.CreatedAt);
        json.WriteString("updated_at", conversation.UpdatedAt);
        json.WriteString("current_message_id", WireId.Format(WireId.Message, conversation.CurrentMessageId));
        json.WriteStartArray("messages");
        foreach (var message in messages)
        {
            json.WriteStartObject();
            json.WriteString("id", WireId.Format(WireId.Message, message.Id));
            json.WriteString("parent_id", message.ParentId is { } parent ? WireId.Format(WireId.Message, parent) : null);
            json.WriteNumber("seq", message.Seq);
            json.WriteString("role", message.Role);
            json.WriteString("text", message.Text);
            json.WriteString("status", message.Status);
            json.WriteString("model", message.Model);
            json.WriteString("created_at", message.CreatedAt);
            if (message.ContentJson is { } content)
            {
                json.WritePropertyName("content");
                json.WriteRawValue(content);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
