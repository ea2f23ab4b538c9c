using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Tools;
using ChatApp.ServiceDefaults;
using Microsoft.Extensions.AI;

namespace ChatApp.Orchestrator.Conversations.Answers;

/// <summary>
/// Structured content of a stored message, <c>content_json</c>: the text, the reasoning and the steps between, in order, and the notice of what
/// the model was not given. The names are those of the turn's events. A message that is text alone has none.
/// </summary>
internal static class AnswerContent
{
    /// <summary>The notice of a turn whose model was not given all of the conversation; it stays with the answer.</summary>
    public const string ContextTrimmed = "context_trimmed";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private const int MostParts = 1000;
    private const int LongestName = 64;
    private const int LongestNotice = 500;

    /// <returns>Null when it is text alone.</returns>
    public static string? Serialize(AnswerDraft answer)
    {
        var parts = answer.Parts;
        return parts.Any(part => part.Text is null) || answer.Trimmed is not null
            ? JsonSerializer.Serialize(new Content([.. parts.Select(ToPart)], answer.Trimmed is { } trimmed ? [new(ContextTrimmed, trimmed)] : null), Json)
            : null;
    }

    public static AnswerDraft Parse(string json)
    {
        var answer = new AnswerDraft();
        var content = JsonSerializer.Deserialize<Content>(json, Json);
        answer.Trimmed = content?.Notices?.FirstOrDefault(notice => notice.Code == ContextTrimmed)?.Text;
        foreach (var part in content?.Parts ?? [])
        {
            if (part.Type == Part.ToolCall)
                answer.Add(ToStep(part));
            else if (part is { Type: Part.ReasoningType, Text: { } thought })
                answer.AppendReasoning(thought);
            else if (part.Text is { } text)
                answer.Append(text);
        }

        return answer;
    }

    /// <summary>Content of a document that anyone may have written: taken only where it says the same as the message's text.</summary>
    /// <returns>What to store; null when there is nothing beside the text, or it does not fit the text.</returns>
    public static string? Import(JsonElement content, string text)
    {
        if (content.ValueKind != JsonValueKind.Object
            || !content.TryGetProperty("parts", out var parts) || parts.ValueKind != JsonValueKind.Array || parts.GetArrayLength() > MostParts
            || parts.EnumerateArray().Any(part => part.ValueKind != JsonValueKind.Object))
            return null;
        try
        {
            // PostgreSQL's JSON can't hold U+0000.
            var answer = Parse(content.GetRawText().Replace("\\u0000", "", StringComparison.Ordinal));
            answer.Trimmed = answer.Trimmed?.Beginning(LongestNotice);
            var fits = string.Concat(answer.Parts.Select(part => part.Text)) == text
                && answer.Steps.All(step => step.Id.Length <= LongestName && step.Name.Length <= LongestName && ToolStatus.IsKnown(step.Status));
            return fits ? Serialize(answer) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A stored message as a model is given it.</summary>
    public static IReadOnlyList<ChatMessage> ToMessages(MessageRecord message) =>
        message is { Role: MessageRoles.Assistant, ContentJson: { } content } ? Parse(content).ToMessages() : [new ChatMessage(new ChatRole(message.Role), message.Text)];

    /// <summary>All text of a stored message that a model is given, for counting.</summary>
    public static string PromptText(MessageRecord message) =>
        message is { Role: MessageRoles.Assistant, ContentJson: { } content } ? PromptText(Parse(content).ToMessages()) : message.Text;

    /// <summary>All text of messages, for counting.</summary>
    public static string PromptText(IReadOnlyList<ChatMessage> messages)
    {
        var text = new StringBuilder();
        foreach (var message in messages)
        {
            text.Append(message.Text).Append('\n');
            foreach (var result in message.Contents.OfType<FunctionResultContent>())
                text.Append(result.ResultText()).Append('\n');
            foreach (var call in message.Contents.OfType<FunctionCallContent>())
                text.Append("{\"name\": \"").Append(call.Name).Append("\", \"arguments\": ").Append(call.ArgumentsText()).Append("}\n");
        }

        return text.ToString();
    }

    private static Part ToPart(AnswerPart part) => part.Tool is not { } step
        ? new Part { Type = part.Reasoning is null ? Part.TextType : Part.ReasoningType, Text = part.Reasoning ?? part.Text }
        : new Part
        {
            Type = Part.ToolCall,
            Id = step.Id,
            Round = step.Round,
            Name = step.Name,
            ArgumentsJson = step.Arguments,
            Status = step.Status,
            Result = step.Result,
            Failed = step.IsFailed,
            DurationMs = step.DurationMs,
        };

    private static ToolStep ToStep(Part part) => new()
    {
        Id = part.Id ?? "",
        Round = part.Round ?? 1,
        Name = part.Name ?? "",
        Arguments = part.ArgumentsJson ?? "{}",
        Status = part.Status ?? ToolStatus.Succeeded,
        Result = part.Result,
        DurationMs = part.DurationMs ?? 0,
    };

    private sealed record Content(IReadOnlyList<Part> Parts, IReadOnlyList<ContentNotice>? Notices = null);

    private sealed record ContentNotice(string Code, string Text);

    private sealed record Part
    {
        public const string TextType = "text";
        public const string ReasoningType = "reasoning";
        public const string ToolCall = "tool_call";

        public required string Type { get; init; }
        public string? Text { get; init; }
        public string? Id { get; init; }
        public int? Round { get; init; }
        public string? Name { get; init; }
        public string? ArgumentsJson { get; init; }
        public string? Status { get; init; }
        public string? Result { get; init; }
        public bool? Failed { get; init; }
        public long? DurationMs { get; init; }
    }
}
