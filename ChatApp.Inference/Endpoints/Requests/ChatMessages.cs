using System.Text;
using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Text.Jinja;

namespace ChatApp.Inference.Endpoints.Requests;

/// <summary>Reads <c>messages</c> into what chat templates take.</summary>
internal static class ChatMessages
{
    public static List<JinjaMap> Read(RequestFields request)
    {
        var array = request.Array("messages", RequestLimits.Messages) ?? throw OpenAIException.Invalid("messages is required.", "messages", "missing_required_parameter");
        if (array.GetArrayLength() == 0)
            throw OpenAIException.Invalid("messages must not be empty.", "messages", "invalid_value");
        var messages = new List<JinjaMap>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            var path = $"messages[{messages.Count}]";
            if (item.ValueKind != JsonValueKind.Object)
                throw OpenAIException.Invalid($"{path} must be an object.", path, "invalid_type");
            messages.Add(Message(new RequestFields(item, path)));
        }
        return messages;
    }

    private static JinjaMap Message(RequestFields fields)
    {
        // Roles are written into control tokens by some templates, so only these pass.
        var role = fields.Text("role") switch
        {
            "developer" => "system",
            "function" => "tool",
            "system" => "system",
            "user" => "user",
            "assistant" => "assistant",
            "tool" => "tool",
            null => throw OpenAIException.Invalid($"{fields.PathOf("role")} is required.", fields.PathOf("role"), "missing_required_parameter"),
            var other => throw OpenAIException.Invalid($"{fields.PathOf("role")} is '{other}'; accepted: system, developer, user, assistant, tool.", fields.PathOf("role"), "invalid_value"),
        };
        var message = new JinjaMap { ["role"] = role };
        var calls = role == "assistant" ? ToolCalls(fields) : null;
        message["content"] = Content(fields) ?? (role == "assistant" ? fields.Text("refusal") : null) ?? (calls is not null ? null
            : throw OpenAIException.Invalid($"{fields.PathOf("content")} is required.", fields.PathOf("content"), "missing_required_parameter"));
        if (calls is not null)
            message["tool_calls"] = calls;
        foreach (var name in (string[])["name", "tool_call_id", "reasoning_content"])
        {
            if (fields.Text(name) is { } text)
                message[name] = text;
        }
        return message;
    }

    /// <summary>The text of <c>content</c>: a string, or text parts joined.</summary>
    private static string? Content(RequestFields fields)
    {
        if (fields.Find("content") is not { } content)
            return null;
        if (content.ValueKind == JsonValueKind.String)
            return fields.Text("content");
        var text = new StringBuilder();
        var index = 0;
        foreach (var part in fields.Array("content", RequestLimits.ContentParts)!.Value.EnumerateArray())
        {
            var path = $"{fields.PathOf("content")}[{index++}]";
            if (part.ValueKind != JsonValueKind.Object)
                throw OpenAIException.Invalid($"{path} must be an object.", path, "invalid_type");
            var entry = new RequestFields(part, path);
            text.Append(entry.Text("type") switch
            {
                "text" => entry.Text("text") ?? "",
                "refusal" => entry.Text("refusal") ?? "",
                var type => throw OpenAIException.Invalid($"{path} has type '{type}'; this model takes text only.", path, "unsupported_content"),
            });
        }
        return text.ToString();
    }

    private static List<object?>? ToolCalls(RequestFields fields)
    {
        if (fields.Array("tool_calls", RequestLimits.ToolCalls) is not { } array || array.GetArrayLength() == 0)
            return null;
        var calls = new List<object?>();
        foreach (var item in array.EnumerateArray())
        {
            var path = $"{fields.PathOf("tool_calls")}[{calls.Count}]";
            var function = item.ValueKind == JsonValueKind.Object ? new RequestFields(item, path).Object("function") : null;
            if (function is not { } call || call.Text("name") is not { Length: > 0 } name)
                throw OpenAIException.Invalid($"{path}.function.name is required.", $"{path}.function.name", "missing_required_parameter");
            var map = new JinjaMap { ["type"] = "function" };
            if (new RequestFields(item, path).Text("id") is { } id)
                map["id"] = id;
            map["function"] = new JinjaMap { ["name"] = name, ["arguments"] = Arguments(call) };
            calls.Add(map);
        }
        return calls;
    }

    /// <summary>Templates print the arguments as JSON, so their text is parsed where it is an object.</summary>
    private static object? Arguments(RequestFields call)
    {
        if (call.Find("arguments") is { ValueKind: JsonValueKind.Object } given)
            return TemplateValues.Map(given, call.PathOf("arguments"));
        var text = call.Text("arguments") ?? "{}";
        try
        {
            using var parsed = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 64 });
            return parsed.RootElement.ValueKind == JsonValueKind.Object ? TemplateValues.Map(parsed.RootElement, call.PathOf("arguments")) : text;
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
