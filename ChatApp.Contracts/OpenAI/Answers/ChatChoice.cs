using System.Text.Json;

namespace ChatApp.Contracts.OpenAI.Answers;

/// <summary>One choice of a chat completion that is answered at once.</summary>
public sealed record ChatChoice(int Index, string Content, string FinishReason)
{
    public string Reasoning { get; init; } = "";

    public IReadOnlyList<(string Id, string Name, string Arguments)> ToolCalls { get; init; } = [];

    public IReadOnlyList<LogProbability> LogProbabilities { get; init; } = [];

    /// <summary>Writes a whole answer.</summary>
    public static void WriteAnswer(Utf8JsonWriter json, AnswerHead head, IEnumerable<ChatChoice> choices, AnswerUsage? usage)
    {
        head.Begin(json, "chat.completion"u8);
        foreach (var choice in choices)
            choice.Write(json);
        AnswerHead.End(json, usage);
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, Index);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        if (Content.Length == 0 && ToolCalls.Count > 0)
            json.WriteNull("content"u8);
        else
            json.WriteString("content"u8, Content);
        if (Reasoning.Length > 0)
            json.WriteString("reasoning_content"u8, Reasoning);
        json.WriteNull("refusal"u8);
        if (ToolCalls.Count > 0)
            WriteCalls(json);
        json.WriteEndObject();
        LogProbability.WriteChat(json, LogProbabilities);
        json.WriteString("finish_reason"u8, FinishReason);
        json.WriteEndObject();
    }

    private void WriteCalls(Utf8JsonWriter json)
    {
        json.WriteStartArray("tool_calls"u8);
        foreach (var (id, name, arguments) in ToolCalls)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, name);
            json.WriteString("arguments"u8, arguments);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
