using System.Text.Json;
using ChatApp.Inference.Endpoints.Requests;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Text;

namespace ChatApp.Inference.Endpoints.Answers;

/// <summary>Writes the chunks of one streamed chat completion.</summary>
internal sealed class ChatChunkWriter(SseWriter stream, string id, long created, string model, string fingerprint, Tokenizer tokenizer, UsageSoFar? usage)
{
    public void Role(int choice)
    {
        var json = BeginDelta(choice);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, ""u8);
        EndDelta(json, null, null);
    }

    public void Content(int choice, string text, IReadOnlyList<TokenLogprob>? logprobs)
    {
        var json = BeginDelta(choice);
        json.WriteString("content"u8, text);
        EndDelta(json, logprobs, null);
    }

    public void Reasoning(int choice, string text, IReadOnlyList<TokenLogprob>? logprobs)
    {
        var json = BeginDelta(choice);
        json.WriteString("reasoning_content"u8, text);
        EndDelta(json, logprobs, null);
    }

    public void CallStarted(int choice, int index, string callId, string name)
    {
        var json = BeginDelta(choice);
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        json.WriteString("id"u8, callId);
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, name);
        json.WriteString("arguments"u8, ""u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        EndDelta(json, null, null);
    }

    public void CallArguments(int choice, int index, string fragment)
    {
        var json = BeginDelta(choice);
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("function"u8);
        json.WriteString("arguments"u8, fragment);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        EndDelta(json, null, null);
    }

    public void Finish(int choice, string reason, IReadOnlyList<TokenLogprob>? logprobs) => EndDelta(BeginDelta(choice), logprobs, reason);

    /// <summary>The chunk without a choice that has the usage of the whole stream.</summary>
    public void Usage(GenerationSummary summary)
    {
        var json = BeginChunk();
        json.WriteEndArray();
        UsageJson.Write(json, summary);
        json.WriteEndObject();
        stream.End();
    }

    public void Error(ApiException error)
    {
        ApiErrors.Write(stream.Begin(), error);
        stream.End();
    }

    private Utf8JsonWriter BeginChunk()
    {
        var json = stream.Begin();
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "chat.completion.chunk"u8);
        json.WriteNumber("created"u8, created);
        json.WriteString("model"u8, model);
        json.WriteString("system_fingerprint"u8, fingerprint);
        json.WriteStartArray("choices"u8);
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

    private void EndDelta(Utf8JsonWriter json, IReadOnlyList<TokenLogprob>? logprobs, string? finish)
    {
        json.WriteEndObject();
        LogprobsJson.WriteChat(json, tokenizer, logprobs);
        json.WriteString("finish_reason"u8, finish);
        json.WriteEndObject();
        json.WriteEndArray();
        UsageJson.Write(json, usage);
        json.WriteEndObject();
        stream.End();
    }
}
