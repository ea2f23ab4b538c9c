namespace ChatApp.Inference.Engine.Requests;

/// <summary>
/// One committed token of one choice. Every choice ends with exactly one chunk that has <see cref="Finish"/>;
/// the stream ends with one chunk of choice -1 that has <see cref="Summary"/>.
/// </summary>
/// <param name="Choice">Index of the choice, 0-based.</param>
/// <param name="TokenId">The token, or -1 where a chunk has none (text released at the end, or the summary).</param>
/// <param name="Text">Text that is now certain: empty while a character is incomplete or the text could be the start of a stop string.</param>
/// <param name="Logprob">Present when asked for and the chunk has a token that is part of the answer.</param>
/// <param name="Finish">Why the choice ended, on its last chunk.</param>
public readonly record struct GenerationChunk(int Choice, int TokenId, string Text, TokenLogprob? Logprob, FinishReason? Finish)
{
    /// <summary>Usage and timings, on the stream's last chunk only.</summary>
    public GenerationSummary? Summary { get; init; }

    /// <summary>The stop string that ended the choice, if one did.</summary>
    public string? MatchedStop { get; init; }

    /// <summary>What went wrong, with <see cref="FinishReason.Error"/>.</summary>
    public string? Error { get; init; }
}

/// <summary>Why a choice ended.</summary>
public enum FinishReason
{
    /// <summary>The model ended its text, a stop token or stop string was met, or the constraint is complete.</summary>
    Stop,

    /// <summary><see cref="GenerationRequest.MaxTokens"/> or the model's context length was reached.</summary>
    Length,

    /// <summary>The caller cancelled.</summary>
    Cancelled,

    /// <summary>The engine could not go on; the text so far is valid.</summary>
    Error,
}

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

/// <summary>Natural-log probability of a sampled token under the model's own distribution (before penalties, bias and temperature).</summary>
/// <param name="TokenId">The sampled token.</param>
/// <param name="Logprob">ln p(token).</param>
/// <param name="Top">The most probable tokens, best first; as many as were asked for.</param>
public sealed record TokenLogprob(int TokenId, float Logprob, IReadOnlyList<TopLogprob> Top)
{
    /// <summary>Where in the choice's text the token's own begins, in Unicode characters; what a stop string may still take away counts.</summary>
    public int TextOffset { get; init; }
}

/// <summary>One alternative of a <see cref="TokenLogprob"/>.</summary>
public readonly record struct TopLogprob(int TokenId, float Logprob);
