using System.Text.Json;

namespace ChatApp.Contracts.OpenAI.Answers;

/// <summary>Writes the chunks of one streamed chat completion.</summary>
/// <param name="stream">Where they go; it has to be held.</param>
/// <param name="includeUsage">Whether usage was asked for: every chunk then has the field, null until it is known.</param>
public sealed class ChatChunkWriter(EventStreamWriter stream, bool includeUsage)
{
    /// <summary>What each chunk begins with.</summary>
    public required AnswerHead Head { get; set; }

    /// <summary>What the stream has used up to now, where that goes out with every chunk (<c>continuous_usage_stats</c>).</summary>
    public AnswerUsage? SoFar { get; set; }

    public void Role(int choice)
    {
        var json = BeginDelta(choice);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, ""u8);
        EndDelta(json, null, null);
    }

    public void Content(int choice, string text, IReadOnlyList<LogProbability>? logprobs = null)
    {
        var json = BeginDelta(choice);
        json.WriteString("content"u8, text);
        EndDelta(json, logprobs, null);
    }

    public void Reasoning(int choice, string text, IReadOnlyList<LogProbability>? logprobs = null)
    {
        var json = BeginDelta(choice);
        json.WriteString("reasoning_content"u8, text);
        EndDelta(json, logprobs, null);
    }

    public void CallStarted(int choice, int index, string callId, string name)
    {
        var json = BeginCall(choice, index);
        json.WriteString("id"u8, callId);
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, name);
        json.WriteString("arguments"u8, ""u8);
        EndCall(json);
    }

    public void CallArguments(int choice, int index, string fragment)
    {
        var json = BeginCall(choice, index);
        json.WriteStartObject("function"u8);
        json.WriteString("arguments"u8, fragment);
        EndCall(json);
    }

    public void Finish(int choice, string reason, IReadOnlyList<LogProbability>? logprobs = null) => EndDelta(BeginDelta(choice), logprobs, reason);

    /// <summary>The chunk without a choice that has the usage of the whole stream, where it was asked for.</summary>
    public void Usage(AnswerUsage usage)
    {
        if (!includeUsage)
            return;
        var json = BeginChunk();
        AnswerHead.End(json, usage);
        stream.End();
    }

    public void Error(OpenAIError error)
    {
        error.Write(stream.Begin());
        stream.End();
    }

    private Utf8JsonWriter BeginChunk()
    {
        var json = stream.Begin();
        Head.Begin(json, "chat.completion.chunk"u8);
        return json;
    }

    private Utf8JsonWriter BeginDelta(int choice)
    {
        var json = BeginChunk();
        json.WriteStartObject();
        json.WriteNumber("index"u8, choice);
        json.WriteStartObject("delta"u8);
        return json;
    }

    private Utf8JsonWriter BeginCall(int choice, int index)
    {
        var json = BeginDelta(choice);
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        return json;
    }

    private void EndCall(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        EndDelta(json, null, null);
    }

    private void EndDelta(Utf8JsonWriter json, IReadOnlyList<LogProbability>? logprobs, string? finish)
    {
        json.WriteEndObject();
        LogProbability.WriteChat(json, logprobs);
        json.WriteString("finish_reason"u8, finish);
        json.WriteEndObject();
        json.WriteEndArray();
        if (SoFar is { } soFar)
            soFar.Write(json);
        else if (includeUsage)
            json.WriteNull("usage"u8);
        json.WriteEndObject();
        stream.End();
    }
}
