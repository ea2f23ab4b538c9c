using ChatApp.Contracts.OpenAI.Answers;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Text;

namespace ChatApp.Inference.Endpoints.Answers;

/// <summary>What the engine says, in the words of OpenAI's protocol.</summary>
internal static class AnswerParts
{
    public static string Name(FinishReason reason, bool calledTools) => reason switch
    {
        FinishReason.Stop => calledTools ? "tool_calls" : "stop",
        FinishReason.Length => "length",
        FinishReason.Cancelled => "cancelled",
        _ => "error",
    };

    public static AnswerUsage Usage(this GenerationSummary summary) => new(summary.PromptTokens, summary.CompletionTokens)
    {
        CachedTokens = summary.CachedTokens,
        Seconds = (summary.QueueMs / 1000, summary.PrefillMs / 1000, summary.DecodeMs / 1000),
    };

    public static LogProbability In(this TokenLogprob token, Tokenizer tokenizer) =>
        Of(token.TokenId, token.Logprob, tokenizer, [.. token.Top.Select(top => Of(top.TokenId, top.Logprob, tokenizer, []))]) with { TextOffset = token.TextOffset };

    private static LogProbability Of(int id, float value, Tokenizer tokenizer, IReadOnlyList<LogProbability> top) =>
        new(tokenizer.TokenText(id), tokenizer.TokenBytes(id).ToArray(), value, top);
}
