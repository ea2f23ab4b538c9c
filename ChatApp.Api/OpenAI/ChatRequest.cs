using System.Text.Json;

namespace ChatApp.Api.OpenAI;

/// <summary>A chat completion request: the fields that the edge itself acts on, and the body as it came.</summary>
internal sealed class ChatRequest
{
    private static readonly string[] Roles = ["system", "developer", "user", "assistant", "tool"];

    /// <summary>Fields that a turn in a kept conversation decides by itself.</summary>
    private static readonly string[] StatelessOnly =
        ["n", "logprobs", "top_logprobs", "logit_bias", "response_format", "tools", "tool_choice", "parallel_tool_calls"];

    private ChatRequest(JsonElement body) => Body = body;

    public JsonElement Body { get; }

    public string Model { get; private init; } = "";

    public bool Stream { get; private init; }

    public bool IncludeUsage { get; private init; }

    public string ConversationId { get; private init; } = "";

    public string ParentId { get; private init; } = "";

    public string RequestId { get; private init; } = "";

    public JsonElement Messages => Body.GetProperty("messages");

    /// <summary>Checks the shape; what a value may be is said by the model that serves the request.</summary>
    public static (ChatRequest? Request, OpenAIError? Error) Parse(JsonElement body)
    {
        if (CheckMessages(body) is { } messagesError)
            return (null, messagesError);

        foreach (var name in (string[])["model", "conversation_id", "parent_id", "request_id"])
        {
            if (Find(body, name) is { } value && value.ValueKind != JsonValueKind.String)
                return (null, OpenAIError.Invalid($"'{name}' must be a string.", name, "invalid_type"));
        }

        if (Find(body, "stream") is { } stream && stream.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            return (null, OpenAIError.Invalid("'stream' must be true or false.", "stream", "invalid_type"));

        var options = Find(body, "stream_options");
        var request = new ChatRequest(body)
        {
            Model = Text(body, "model"),
            ConversationId = Text(body, "conversation_id"),
            ParentId = Text(body, "parent_id"),
            RequestId = Text(body, "request_id"),
            Stream = IsTrue(Find(body, "stream")),
            IncludeUsage = options is { ValueKind: JsonValueKind.Object } && IsTrue(Find(options.Value, "include_usage")),
        };
        return request.ConversationId.Length > 0 && request.CheckConversationTurn() is { } error ? (null, error) : (request, null);
    }

    /// <summary>The text of the newest user message; a list of text parts is joined.</summary>
    public string LastUserText() => TextOf(Messages[Messages.GetArrayLength() - 1].GetProperty("content"));

    /// <summary>System and developer messages, which accompany the turn and are not stored.</summary>
    public string SystemText() => string.Join("\n\n", Messages.EnumerateArray()
        .Where(message => message.GetProperty("role").GetString() is "system" or "developer")
        .Select(message => TextOf(message.GetProperty("content"))));

    private OpenAIError? CheckConversationTurn()
    {
        foreach (var name in StatelessOnly)
        {
            if (Find(Body, name) is not null)
                return OpenAIError.Invalid($"'{name}' is not supported together with 'conversation_id'; leave 'conversation_id' out for a stateless call.", name, "unsupported_parameter");
        }

        var last = Messages[Messages.GetArrayLength() - 1];
        return last.GetProperty("role").GetString() == "user"
            ? null
            : OpenAIError.Invalid("With 'conversation_id' the last message must be the user's new one; earlier messages are kept by the conversation.", "messages", "invalid_value");
    }

    private static OpenAIError? CheckMessages(JsonElement body)
    {
        if (Find(body, "messages") is not { } messages)
            return OpenAIError.Invalid("'messages' is required.", "messages", "missing_required_parameter");
        if (messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0)
            return OpenAIError.Invalid("'messages' must be an array with at least one message.", "messages", "invalid_value");

        var index = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var at = $"messages[{index++}]";
            if (message.ValueKind != JsonValueKind.Object)
                return OpenAIError.Invalid($"'{at}' must be an object with 'role' and 'content'.", at, "invalid_type");
            if (Find(message, "role") is not { ValueKind: JsonValueKind.String } role || !Roles.Contains(role.GetString()))
                return OpenAIError.Invalid($"'{at}.role' must be one of {string.Join(", ", Roles)}.", $"{at}.role", "invalid_value");
            if (CheckContent(message, role.GetString()!, at) is { } error)
                return error;
        }

        return null;
    }

    private static OpenAIError? CheckContent(JsonElement message, string role, string at)
    {
        var content = Find(message, "content");
        return content switch
        {
            { ValueKind: JsonValueKind.String } => null,
            { ValueKind: JsonValueKind.Array } parts when parts.GetArrayLength() > 0 => null,
            null when role == "assistant" && Find(message, "tool_calls") is not null => null,
            null => OpenAIError.Invalid($"'{at}.content' is required.", $"{at}.content", "missing_required_parameter"),
            _ => OpenAIError.Invalid($"'{at}.content' must be a string or a list of content parts.", $"{at}.content", "invalid_type"),
        };
    }

    private static string TextOf(JsonElement content) => content.ValueKind == JsonValueKind.String
        ? content.GetString()!
        : string.Concat(content.EnumerateArray()
            .Where(part => part.ValueKind == JsonValueKind.Object && Text(part, "type") == "text")
            .Select(part => Text(part, "text")));

    private static JsonElement? Find(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string Text(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    private static bool IsTrue(JsonElement? value) => value is { ValueKind: JsonValueKind.True };
}
