using System.Text.Json;

namespace ChatApp.Contracts.OpenAI;

/// <summary>Checks of a chat request's messages and their content parts.</summary>
internal static class MessageChecks
{
    private static readonly string[] Roles = ["system", "developer", "user", "assistant", "tool"];

    public static OpenAIError? Messages(JsonElement messages, string at)
    {
        if (messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() is 0 or > RequestLimits.Messages)
            return OpenAIError.Invalid($"'{at}' must be an array of 1 to {RequestLimits.Messages} messages.", at, "invalid_value");
        var index = 0;
        foreach (var message in messages.EnumerateArray())
        {
            if (CheckMessage(message, $"{at}[{index++}]") is { } error)
                return error;
        }

        return null;
    }

    private static OpenAIError? CheckMessage(JsonElement message, string at)
    {
        if (message.ValueKind != JsonValueKind.Object)
            return OpenAIError.Invalid($"'{at}' must be an object with 'role' and 'content'.", at, "invalid_type");
        if (JsonFields.Find(message, "role") is not { ValueKind: JsonValueKind.String } role || !Roles.Contains(role.GetString()))
            return OpenAIError.Invalid($"'{at}.role' must be one of {string.Join(", ", Roles)}.", $"{at}.role", "invalid_value");
        if (role.GetString() == "tool" && JsonFields.Text(message, "tool_call_id").Length == 0)
            return OpenAIError.Invalid($"'{at}.tool_call_id' is required: the id of the call that this answers.", $"{at}.tool_call_id", "missing_required_parameter");

        var calls = JsonFields.Find(message, "tool_calls");
        if (calls is { } given && CheckToolCalls(given, role.GetString()!, $"{at}.tool_calls") is { } callError)
            return callError;
        return JsonFields.Find(message, "content") switch
        {
            { ValueKind: JsonValueKind.String } => null,
            { ValueKind: JsonValueKind.Array } parts when parts.GetArrayLength() is > 0 and <= RequestLimits.ContentParts => CheckParts(parts, role.GetString()!, $"{at}.content"),
            null when role.GetString() == "assistant" && (calls is not null || JsonFields.Text(message, "refusal").Length > 0) => null,
            null => OpenAIError.Invalid($"'{at}.content' is required.", $"{at}.content", "missing_required_parameter"),
            _ => OpenAIError.Invalid($"'{at}.content' must be a string or a list of 1 to {RequestLimits.ContentParts} content parts.", $"{at}.content", "invalid_type"),
        };
    }

    private static OpenAIError? CheckParts(JsonElement parts, string role, string at)
    {
        var index = 0;
        foreach (var part in parts.EnumerateArray())
        {
            var path = $"{at}[{index++}]";
            if (part.ValueKind != JsonValueKind.Object)
                return OpenAIError.Invalid($"'{path}' must be an object with a 'type'.", path, "invalid_type");
            var error = JsonFields.Text(part, "type") switch
            {
                "text" when JsonFields.Find(part, "text") is { ValueKind: JsonValueKind.String } => null,
                "text" => OpenAIError.Invalid($"'{path}.text' must be a string.", $"{path}.text", "invalid_type"),
                "refusal" when role == "assistant" => null,
                "image_url" when role == "user" => CheckImage(part, path),
                "image_url" => OpenAIError.Invalid($"'{path}' may be an image in a user's message only.", path, "invalid_value"),
                var type => OpenAIError.Invalid($"'{path}.type' must be text or image_url; '{type}' is not supported.", $"{path}.type", "unsupported_value"),
            };
            if (error is not null)
                return error;
        }

        return null;
    }

    /// <summary>Only pictures that come with the request: an address would make a server of ours fetch what a caller names.</summary>
    private static OpenAIError? CheckImage(JsonElement part, string at) =>
        JsonFields.Find(part, "image_url") is { ValueKind: JsonValueKind.Object } image && JsonFields.Text(image, "url").StartsWith("data:image/", StringComparison.OrdinalIgnoreCase)
            ? null
            : OpenAIError.Invalid($"'{at}.image_url.url' must be a data: URL of an image; addresses are not fetched.", $"{at}.image_url.url", "unsupported_value");

    private static OpenAIError? CheckToolCalls(JsonElement calls, string role, string at)
    {
        if (role != "assistant")
            return OpenAIError.Invalid($"'{at}' may be in an assistant's message only.", at, "invalid_value");
        if (calls.ValueKind != JsonValueKind.Array || calls.GetArrayLength() > RequestLimits.ToolCalls)
            return OpenAIError.Invalid($"'{at}' must be a list of at most {RequestLimits.ToolCalls} calls.", at, "invalid_type");
        var index = 0;
        foreach (var call in calls.EnumerateArray())
        {
            var path = $"{at}[{index++}]";
            if (call.ValueKind != JsonValueKind.Object || JsonFields.Text(call, "id").Length == 0
                || JsonFields.Find(call, "function") is not { ValueKind: JsonValueKind.Object } function
                || JsonFields.Text(function, "name").Length == 0
                || JsonFields.Find(function, "arguments") is not { ValueKind: JsonValueKind.String })
            {
                return OpenAIError.Invalid($"'{path}' must have 'id', 'type' and 'function' with 'name' and 'arguments' (JSON as a string).", path, "invalid_value");
            }
        }

        return null;
    }
}
