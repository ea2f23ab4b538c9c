namespace ChatApp.Inference.Engine;

/// <summary>What a request cost. Times are of the request's first choice to reach each point; decode is until the last choice ended.</summary>
/// <param name="PromptTokens">Tokens of the prompt, counted once whatever the number of choices.</param>
/// <param name="CachedTokens">Prompt tokens taken from the prefix cache rather than computed.</param>
/// <param name="CompletionTokens">Tokens generated over all choices, including the tokens that ended them.</param>
/// <param name="QueueMs">From submission to the first admission, milliseconds.</param>
/// <param name="PrefillMs">From admission to the first token, milliseconds.</param>
/// <param name="DecodeMs">From the first token to the last, milliseconds.</param>
public sealed record GenerationSummary(
    int PromptTokens,
    int CachedTokens,
    int CompletionTokens,
    double QueueMs,
    double PrefillMs,
    double DecodeMs)
{
    /// <summary>Times that a sequence of this request was preempted and recomputed.</summary>
    public int Preemptions { get; init; }
}
