using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatApp.ServiceDefaults.Telemetry;

/// <summary>
/// What a model was asked and what it answered, as attributes of OpenTelemetry's GenAI conventions. Written only where the
/// operator switched capture on; Aspire does so in Development.
/// </summary>
public static class GenAIContent
{
    /// <summary>The environment variable that switches capture on, as OpenTelemetry names it.</summary>
    public const string Switch = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";

    // A span is for looking at, not for keeping documents.
    private const int LongestText = 16_000;

    /// <summary>Whether content may be recorded in this process.</summary>
    public static bool IsCaptured { get; } = string.Equals(Environment.GetEnvironmentVariable(Switch), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes instructions, messages and tools of an OpenAI request (<c>messages</c> or <c>prompt</c>) to a span.</summary>
    public static void TagRequest(Activity? span, JsonElement body)
    {
        if (!IsCaptured || span is not { IsAllDataRequested: true } || body.ValueKind != JsonValueKind.Object)
            return;
        var instructions = new JsonArray();
        var messages = new JsonArray();
        if (body.TryGetProperty("messages", out var given) && given.ValueKind == JsonValueKind.Array)
        {
            foreach (var message in given.EnumerateArray().Where(message => message.ValueKind == JsonValueKind.Object))
            {
                if (Text(message, "role") is "system" or "developer")
                    AddContent(instructions, message);
                else
                    messages.Add(Message(message));
            }
        }
        else if (Text(body, "prompt") is { } prompt)
        {
            messages.Add(new JsonObject { ["role"] = "user", ["parts"] = new JsonArray(TextPart(prompt)) });
        }

        if (instructions.Count > 0)
            span.SetTag("gen_ai.system_instructions", instructions.ToJsonString());
        span.SetTag("gen_ai.input.messages", messages.ToJsonString());
        if (body.TryGetProperty("tools", out var tools) && tools.ValueKind == JsonValueKind.Array && tools.GetArrayLength() > 0)
            span.SetTag("gen_ai.tool.definitions", new JsonArray([.. tools.EnumerateArray().Select(Definition)]).ToJsonString());
    }

    /// <summary>Writes an answer to a span.</summary>
    /// <param name="span">The generation's.</param>
    /// <param name="choices">Text, calls (name and arguments) and finish reason of each choice.</param>
    public static void TagAnswer(Activity? span, IEnumerable<(string Text, IReadOnlyList<(string Name, string Arguments)> Calls, string? FinishReason)> choices)
    {
        if (!IsCaptured || span is not { IsAllDataRequested: true })
            return;
        var messages = new JsonArray();
        foreach (var (text, calls, finishReason) in choices)
        {
            var parts = new JsonArray();
            if (text.Length > 0)
                parts.Add(TextPart(text));
            foreach (var (name, arguments) in calls)
                parts.Add(new JsonObject { ["type"] = "tool_call", ["name"] = name, ["arguments"] = Bounded(arguments) });
            messages.Add(new JsonObject { ["role"] = "assistant", ["parts"] = parts, ["finish_reason"] = finishReason });
        }

        span.SetTag("gen_ai.output.messages", messages.ToJsonString());
    }

    private static JsonObject Message(JsonElement message)
    {
        var role = Text(message, "role") ?? "user";
        var parts = new JsonArray();
        if (role == "tool")
            parts.Add(new JsonObject { ["type"] = "tool_call_response", ["id"] = Text(message, "tool_call_id"), ["response"] = Bounded(Text(message, "content") ?? "") });
        else
            AddContent(parts, message);
        if (message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array)
        {
            foreach (var call in calls.EnumerateArray())
            {
                if (call.TryGetProperty("function", out var function))
                    parts.Add(new JsonObject { ["type"] = "tool_call", ["id"] = Text(call, "id"), ["name"] = Text(function, "name"), ["arguments"] = Bounded(Text(function, "arguments") ?? "") });
            }
        }

        return new JsonObject { ["role"] = role, ["parts"] = parts };
    }

    private static void AddContent(JsonArray parts, JsonElement message)
    {
        if (!message.TryGetProperty("content", out var content))
            return;
        if (content.ValueKind == JsonValueKind.String)
            parts.Add(TextPart(content.GetString()!));
        if (content.ValueKind != JsonValueKind.Array)
            return;
        // Of pictures and files that there was one; their bytes have no place in a span.
        foreach (var part in content.EnumerateArray().Where(part => part.ValueKind == JsonValueKind.Object))
            parts.Add(Text(part, "text") is { } text ? TextPart(text) : new JsonObject { ["type"] = "blob", ["modality"] = Text(part, "type") });
    }

    private static JsonNode? Definition(JsonElement tool) => tool.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object
        ? new JsonObject
        {
            ["type"] = "function",
            ["name"] = Text(function, "name"),
            ["description"] = Text(function, "description"),
            ["parameters"] = function.TryGetProperty("parameters", out var parameters) ? JsonNode.Parse(parameters.GetRawText()) : null,
        }
        : JsonNode.Parse(tool.GetRawText());

    private static JsonObject TextPart(string text) => new() { ["type"] = "text", ["content"] = Bounded(text) };

    private static string Bounded(string text) => text.Length <= LongestText ? text : text.Beginning(LongestText) + "…";

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
