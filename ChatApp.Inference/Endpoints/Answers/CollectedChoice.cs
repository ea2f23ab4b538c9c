using System.Text;
using ChatApp.Contracts.OpenAI.Answers;
using ChatApp.Inference.Answers;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Text;

namespace ChatApp.Inference.Endpoints.Answers;

/// <summary>Gathers one choice of a chat completion that is answered at once.</summary>
internal sealed class CollectedChoice(int index, IToolCallParser parser, bool parallelCalls, Tokenizer tokenizer) : IAnswerSink
{
    private readonly StringBuilder _reasoning = new();
    private readonly StringBuilder _content = new();
    private readonly List<(string Id, string Name, StringBuilder Arguments)> _calls = [];
    private readonly List<LogProbability> _logprobs = [];
    private FinishReason _finish;

    public ChatChoice Choice => new(index, _content.ToString(), AnswerParts.Name(_finish, _calls.Count > 0))
    {
        Reasoning = _reasoning.ToString(),
        ToolCalls = [.. _calls.Select(call => (call.Id, call.Name, call.Arguments.ToString()))],
        LogProbabilities = _logprobs,
    };

    public void Append(in GenerationChunk chunk)
    {
        if (chunk.Logprob is { } logprob)
            _logprobs.Add(logprob.In(tokenizer));
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
}
