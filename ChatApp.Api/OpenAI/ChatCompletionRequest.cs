using System.Text.Json;
using ChatApp.Api.Errors;
using ChatApp.Contracts.OpenAI;

namespace ChatApp.Api.OpenAI;

/// <summary>A chat completion request: the fields that the edge itself acts on, and the body as it came.</summary>
internal sealed class ChatCompletionRequest
{
    /// <summary>Fields that a turn in a kept conversation decides by itself.</summary>
    private static readonly string[] StatelessOnly =
        ["n", "logprobs", "top_logprobs", "logit_bias", "response_format", "tools", "tool_choice", "parallel_tool_calls", "top_k", "min_p", "repetition_penalty"];

    private ChatCompletionRequest(JsonElement body) => Body = body;

    public JsonElement Body { get; }

    public string Model => JsonFields.Text(Body, "model");

    public bool Stream => JsonFields.IsTrue(Body, "stream");

    public bool IncludeUsage => JsonFields.Find(Body, "stream_options") is { } options && JsonFields.IsTrue(options, "include_usage");

    public string ConversationId => JsonFields.Text(Body, "conversation_id");

    public string ParentId => JsonFields.Text(Body, "parent_id");

    public string RequestId => JsonFields.Text(Body, "request_id");

    public JsonElement Messages => Body.GetProperty("messages");

    /// <summary>Checks every field; what a model can do beyond the protocol is said by the server that runs it.</summary>
    public static (ChatCompletionRequest? Request, OpenAIError? Error) Parse(JsonElement body)
    {
        if (RequestSchema.Chat.Check(body) is { } error)
            return (null, error);
        var request = new ChatCompletionRequest(body);
        return request.ConversationId.Length > 0 && request.CheckConversationTurn() is { } turnError ? (null, turnError) : (request, null);
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
            if (JsonFields.Find(Body, name) is not null)
                return OpenAIError.Invalid($"'{name}' is not supported together with 'conversation_id'; leave 'conversation_id' out for a stateless call.", name, "unsupported_parameter");
        }

        var last = Messages[Messages.GetArrayLength() - 1];
        if (last.GetProperty("role").GetString() != "user")
            return OpenAIError.Invalid("With 'conversation_id' the last message must be the user's new one; earlier messages are kept by the conversation.", "messages", "invalid_value");
        return last.GetProperty("content") is { ValueKind: JsonValueKind.Array } parts && parts.EnumerateArray().Any(part => JsonFields.Text(part, "type") != "text")
            ? OpenAIError.Invalid("With 'conversation_id' the message must be text.", "messages", "unsupported_value")
            : null;
    }

    private static string TextOf(JsonElement content) => content.ValueKind == JsonValueKind.String
        ? content.GetString()!
        : string.Concat(content.EnumerateArray().Where(part => JsonFields.Text(part, "type") == "text").Select(part => JsonFields.Text(part, "text")));
}
