namespace ChatApp.Inference.Engine;

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
