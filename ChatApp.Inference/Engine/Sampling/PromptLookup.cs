namespace ChatApp.Inference.Engine.Sampling;

/// <summary>Drafts by copying what followed the latest tokens the last time they occurred (Saxena 2023, prompt lookup decoding).</summary>
internal static class PromptLookup
{
    private const int LongestMatch = 4;
    private const int ShortestMatch = 2;

    /// <summary>Writes a guess at the next tokens.</summary>
    /// <returns>Number of tokens guessed; 0 for none.</returns>
    public static int Draft(ReadOnlySpan<int> tokens, Span<int> draft)
    {
        for (var length = LongestMatch; length >= ShortestMatch; length--)
        {
            if (tokens.Length <= length)
                continue;
            var end = tokens[^length..];
            var at = tokens[..^1].LastIndexOf(end);
            if (at < 0)
                continue;
            var follows = tokens[(at + length)..];
            var count = Math.Min(follows.Length, draft.Length);
            follows[..count].CopyTo(draft);
            return count;
        }

        return 0;
    }
}
