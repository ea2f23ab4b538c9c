using System.Text;
using System.Text.Json;
using ChatApp.Inference.Answers;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Text;

namespace ChatApp.Inference.Endpoints.Answers;

/// <summary>One choice of a chat completion that is answered at once.</summary>
internal sealed class CollectedChoice(int index, IToolCallParser parser, bool parallelCalls) : IAnswerSink
{
    private readonly StringBuilder _reasoning = new();
    private readonly StringBuilder _content = new();
    private readonly List<(string Id, string Name, StringBuilder Arguments)> _calls = [];
    private readonly List<TokenLogprob> _logprobs = [];
    private FinishReason _finish;

    public void Append(in GenerationChunk chunk)
    {
        if (chunk.Logprob is { } logprob)
            _logprobs.Add(logprob);
        parser.Append(chunk.Text, this);
        if (chunk.Finish is not { } finish)
            return;
        _finish = finish;
        parser.Complete(this);
    }

    public void Reasoning(string text) => _reasoning.Append(text);

    public void Content(string text) => _content.Append(text);

    public void CallStarted(int callIndex, string id, string name)
    {
        if (callIndex == 0 || parallelCalls)
            _calls.Add((id, name, new StringBuilder()));
    }

    public void CallArguments(int callIndex, string fragment)
    {
        if (callIndex < _calls.Count)
            _calls[callIndex].Arguments.Append(fragment);
    }

    public void Write(Utf8JsonWriter json, Tokenizer tokenizer)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        if (_content.Length == 0 && _calls.Count > 0)
            json.WriteNull("content"u8);
        else
            json.WriteString("content"u8, _content.ToString());
        if (_reasoning.Length > 0)
            json.WriteString("reasoning_content"u8, _reasoning.ToString());
        json.WriteNull("refusal"u8);
        if (_calls.Count > 0)
            WriteCalls(json);
        json.WriteEndObject();
        LogprobsJson.WriteChat(json, tokenizer, _logprobs);
        json.WriteString("finish_reason"u8, FinishReasons.Name(_finish, _calls.Count > 0));
        json.WriteEndObject();
    }

    private void WriteCalls(Utf8JsonWriter json)
    {
        json.WriteStartArray("tool_calls"u8);
        foreach (var (id, name, arguments) in _calls)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, name);
            json.WriteString("arguments"u8, arguments.ToString());
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
