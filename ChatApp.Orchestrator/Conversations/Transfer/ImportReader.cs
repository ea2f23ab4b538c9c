using System.Text.Json;
using ChatApp.Orchestrator.Conversations.Answers;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Errors;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Conversations.Transfer;

/// <summary>Reads a document that was exported here or from ChatGPT; whoever made it may mean harm, so every dimension is bounded.</summary>
internal sealed class ImportReader(TimeProvider time, IOptions<ConversationOptions> options)
{
    private const int DeepestJson = 64;
    private const int LongestText = 1_000_000;
    private const int LongestTitle = 200;
    private const int LongestKey = 200;

    /// <summary>What the document holds, and how many of its messages can't be shown here.</summary>
    /// <exception cref="RefusedException">Not one of the two formats, or larger than allowed.</exception>
    public (IReadOnlyList<ImportedConversation> Conversations, int Skipped) Read(ReadOnlyMemory<byte> json)
    {
        using var document = Parse(json);
        try
        {
            return Read(document.RootElement);
        }
        catch (InvalidOperationException)
        {
            // A name or a text anywhere in it.
            throw RefusedException.Invalid("json", "The document holds half a character (a lone surrogate).");
        }
    }

    private (IReadOnlyList<ImportedConversation> Conversations, int Skipped) Read(JsonElement root)
    {
        var own = root.ValueKind == JsonValueKind.Object && Text(root, "format") == ExportFormat.Name;
        var list = own && root.TryGetProperty("conversations", out var conversations) ? conversations : root;
        if (list.ValueKind != JsonValueKind.Array)
            throw RefusedException.Invalid("json", $"The document is neither an export of this product (\"format\": \"{ExportFormat.Name}\") nor ChatGPT's conversations.json.");
        if (list.GetArrayLength() > options.Value.MaximumImportConversations)
            throw RefusedException.Invalid("json", $"The document has {list.GetArrayLength()} conversations; at most {options.Value.MaximumImportConversations} can be imported at once.");

        var read = new List<ImportedConversation>();
        var skipped = 0;
        foreach (var conversation in list.EnumerateArray())
        {
            if (conversation.ValueKind != JsonValueKind.Object)
                throw RefusedException.Invalid("json", $"Conversation {read.Count + 1} of the document is not an object.");
            read.Add(own ? ReadOwn(conversation, ref skipped) : ReadChatGpt(conversation, ref skipped));
        }

        return (read, skipped);
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DeepestJson });
        }
        catch (JsonException exception)
        {
            throw RefusedException.Invalid("json", $"The document is not valid JSON, or nested deeper than {DeepestJson} (line {exception.LineNumber + 1}).");
        }
    }

    private ImportedConversation ReadOwn(JsonElement conversation, ref int skipped)
    {
        var messages = new List<ImportedMessage>();
        foreach (var message in Items(conversation, "messages"))
        {
            if (Text(message, "role") is not (MessageRoles.User or MessageRoles.Assistant) || Text(message, "id") is not { } id)
            {
                skipped++;
                continue;
            }

            Add(messages, id, Text(message, "parent_id"), Text(message, "role")!, Text(message, "text") ?? "", Text(message, "model"), Date(message, "created_at"));
            if (messages[^1].Role == MessageRoles.Assistant && message.TryGetProperty("content", out var content))
                messages[^1] = messages[^1] with { Content = AnswerContent.Import(content, messages[^1].Text) };
        }

        return new ImportedConversation
        {
            Title = Title(conversation),
            Pinned = Flag(conversation, "pinned"),
            Archived = Flag(conversation, "archived"),
            Folder = FolderName.Read(Text(conversation, "folder")),
            CreatedAt = Date(conversation, "created_at"),
            UpdatedAt = Date(conversation, "updated_at"),
            CurrentKey = Text(conversation, "current_message_id"),
            Messages = MessageTree.Order(messages),
        };
    }

    /// <summary>ChatGPT keeps a map of nodes, of which many hold no visible message: their children move up to the nearest one that does.</summary>
    private ImportedConversation ReadChatGpt(JsonElement conversation, ref int skipped)
    {
        if (!conversation.TryGetProperty("mapping", out var mapping) || mapping.ValueKind != JsonValueKind.Object)
            throw RefusedException.Invalid("json", "A conversation has no \"mapping\": the document is not ChatGPT's conversations.json.");

        var nodes = new List<ImportedMessage>();
        foreach (var node in mapping.EnumerateObject())
        {
            if (node.Value.ValueKind == JsonValueKind.Object)
                Add(nodes, node.Name, Text(node.Value, "parent"), Role(node.Value), Content(node.Value), Model(node.Value), Date(Message(node.Value), "create_time"));
        }

        var nearest = new Dictionary<string, string?>(nodes.Count);
        var visible = new List<ImportedMessage>();
        foreach (var node in MessageTree.Order(nodes))
        {
            var parent = node.ParentKey is null ? null : nearest[node.ParentKey];
            var shown = node.Role.Length > 0 && node.Text.Length > 0;
            nearest[node.Key] = shown ? node.Key : parent;
            if (shown)
                visible.Add(node with { ParentKey = parent });
            else if (node.Text.Length > 0)
                skipped++;
        }

        return new ImportedConversation
        {
            Title = Title(conversation),
            Archived = Flag(conversation, "is_archived"),
            CreatedAt = Date(conversation, "create_time"),
            UpdatedAt = Date(conversation, "update_time"),
            CurrentKey = Text(conversation, "current_node") is { } current ? nearest.GetValueOrDefault(current) : null,
            Messages = visible,
        };
    }

    private void Add(List<ImportedMessage> messages, string key, string? parent, string role, string text, string? model, DateTime createdAt)
    {
        if (messages.Count == options.Value.MaximumImportMessages)
            throw RefusedException.Invalid("json", $"A conversation has more than {options.Value.MaximumImportMessages} messages.");
        if (text.Length > LongestText)
            throw RefusedException.Invalid("json", $"A message has {text.Length} characters; at most {LongestText} are possible.");
        if (key.Length > LongestKey)
            throw RefusedException.Invalid("json", $"A message's id has more than {LongestKey} characters.");
        messages.Add(new ImportedMessage(key, parent, role, text.Replace("\0", "", StringComparison.Ordinal), model is { Length: <= 200 } ? model : null, createdAt));
    }

    private static JsonElement Message(JsonElement node) =>
        node.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object ? message : default;

    private static string Role(JsonElement node) =>
        Message(node) is { ValueKind: JsonValueKind.Object } message
        && message.TryGetProperty("author", out var author) && author.ValueKind == JsonValueKind.Object
        && Text(author, "role") is (MessageRoles.User or MessageRoles.Assistant) and var role
            ? role
            : "";

    private static string Content(JsonElement node)
    {
        if (Message(node) is not { ValueKind: JsonValueKind.Object } message
            || !message.TryGetProperty("content", out var content) || content.ValueKind != JsonValueKind.Object)
            return "";
        return string.Join("\n", Items(content, "parts").Where(part => part.ValueKind == JsonValueKind.String).Select(part => part.GetString()));
    }

    private static string? Model(JsonElement node) =>
        Message(node) is { ValueKind: JsonValueKind.Object } message
        && message.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object
            ? Text(metadata, "model_slug")
            : null;

    private static string? Title(JsonElement conversation) =>
        Text(conversation, "title")?.Replace('\0', ' ').Trim() is { Length: > 0 } title
            ? title.Length <= LongestTitle ? title : title[..(char.IsHighSurrogate(title[LongestTitle - 1]) ? LongestTitle - 1 : LongestTitle)]
            : null;

    private static JsonElement[] Items(JsonElement element, string property) =>
        element.TryGetProperty(property, out var items) && items.ValueKind == JsonValueKind.Array ? [.. items.EnumerateArray()] : [];

    private static string? Text(JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : null;

    private static bool Flag(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.True;

    // Seconds since 1970 (ChatGPT) or ISO 8601 (ours); what is missing or absurd happened now.
    private DateTime Date(JsonElement element, string property)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(property, out var value))
            return now;
        var date = value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetDouble(out var seconds) && seconds is > 0 and < 4e9 => DateTime.UnixEpoch.AddSeconds(seconds),
            JsonValueKind.String when value.TryGetDateTimeOffset(out var stamp) => stamp.UtcDateTime,
            _ => now,
        };
        return date < DateTime.UnixEpoch || date > now ? now : date;
    }
}

/// <summary>A conversation of a document, its messages with every parent before its children.</summary>
internal sealed record ImportedConversation
{
    public string? Title { get; init; }
    public bool Pinned { get; init; }
    public bool Archived { get; init; }
    public string? Folder { get; init; }
    public DateTime CreatedAt { get; init; }
    public DateTime UpdatedAt { get; init; }

    /// <summary>The key of the message that the active path ends with.</summary>
    public string? CurrentKey { get; init; }
    public required IReadOnlyList<ImportedMessage> Messages { get; init; }
}

/// <summary>A message of a document; keys are the document's own ids and go no further.</summary>
internal sealed record ImportedMessage(string Key, string? ParentKey, string Role, string Text, string? Model, DateTime CreatedAt, string? Content = null);

/// <summary>Orders a document's messages so that each comes after its parent, and older ones first.</summary>
internal static class MessageTree
{
    /// <exception cref="RefusedException">Two messages have the same id, or some are their own ancestors.</exception>
    public static IReadOnlyList<ImportedMessage> Order(IReadOnlyList<ImportedMessage> messages)
    {
        var byKey = new Dictionary<string, ImportedMessage>(messages.Count);
        foreach (var message in messages)
        {
            if (!byKey.TryAdd(message.Key, message))
                throw RefusedException.Invalid("json", "Two messages of one conversation have the same id.");
        }

        // A parent that the document lacks makes a root: half a conversation is better than none.
        var roots = messages.Where(message => message.ParentKey is null || !byKey.ContainsKey(message.ParentKey));
        var children = messages.Where(message => message.ParentKey is not null).ToLookup(message => message.ParentKey!);
        var waiting = new PriorityQueue<ImportedMessage, (DateTime, int)>();
        var place = 0;
        foreach (var root in roots)
            waiting.Enqueue(root with { ParentKey = null }, (root.CreatedAt, place++));

        var ordered = new List<ImportedMessage>(messages.Count);
        while (waiting.TryDequeue(out var next, out _))
        {
            ordered.Add(next);
            foreach (var child in children[next.Key])
                waiting.Enqueue(child, (child.CreatedAt, place++));
        }

        return ordered.Count == messages.Count
            ? ordered
            : throw RefusedException.Invalid("json", $"{messages.Count - ordered.Count} messages follow each other in a circle.");
    }
}
