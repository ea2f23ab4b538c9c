using ChatApp.Contracts.OpenAI.Answers;
using ChatApp.Inference.Answers;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Text;

namespace ChatApp.Inference.Endpoints.Answers;

/// <summary>One choice of a streamed chat completion: engine chunks in, protocol chunks out.</summary>
internal sealed class StreamedChoice(int index, ChatChunkWriter writer, IToolCallParser parser, bool parallelCalls, Tokenizer tokenizer) : IAnswerSink
{
    private List<LogProbability>? _logprobs;
    private bool _begun;

    /// <summary>Takes a chunk and writes what it makes certain.</summary>
    public void Append(in GenerationChunk chunk)
    {
        Begin();
        if (chunk.Logprob is { } logprob)
            (_logprobs ??= []).Add(logprob.In(tokenizer));
        parser.Append(chunk.Text, this);
        if (chunk.Finish is not { } finish)
            return;
        parser.Complete(this);
        writer.Finish(index, AnswerParts.Name(finish, parser.Calls > 0), TakeLogprobs());
    }

    /// <summary>Writes the chunk that names the role, once.</summary>
    public void Begin()
    {
        if (_begun)
            return;
        _begun = true;
        writer.Role(index);
    }

    public void Reasoning(string text) => writer.Reasoning(index, text, TakeLogprobs());

    public void Content(string text) => writer.Content(index, text, TakeLogprobs());

    public void CallStarted(int callIndex, string id, string name)
    {
        if (callIndex == 0 || parallelCalls)
            writer.CallStarted(index, callIndex, id, name);
    }

    public void CallArguments(int callIndex, string fragment)
    {
        if (callIndex == 0 || parallelCalls)
            writer.CallArguments(index, callIndex, fragment);
    }

    private List<LogProbability>? TakeLogprobs()
    {
        var taken = _logprobs;
        _logprobs = null;
        return taken;
    }
}
