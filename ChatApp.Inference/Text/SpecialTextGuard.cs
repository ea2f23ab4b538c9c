using System.Text;

namespace ChatApp.Inference.Text;

/// <summary>
/// Makes text from users safe to stand inside a rendered chat template: whatever in it could be read as one of the guarded tokens,
/// alone or together with text beside it, is broken up by a mark that <see cref="Tokenizer.Encode"/> ignores.
/// The text is encoded as if the mark were not there, only never as a control token.
/// </summary>
internal sealed class SpecialTextGuard
{
    private readonly AddedTokenMatcher _matcher;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _beginnings;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _endings;
    private readonly int _longest;

    public SpecialTextGuard(IEnumerable<AddedToken> tokens)
    {
        var guarded = tokens.Where(t => t.Content.Length > 1).ToList();
        _matcher = new AddedTokenMatcher(guarded.Select(t => t with { SingleWord = false }));
        _longest = guarded.Select(t => t.Content.Length).DefaultIfEmpty(0).Max();
        _beginnings = guarded.SelectMany(t => Enumerable.Range(1, t.Content.Length - 1).Select(n => t.Content[..n]))
            .ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _endings = guarded.SelectMany(t => Enumerable.Range(1, t.Content.Length - 1).Select(n => t.Content[n..]))
            .ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The text, broken up where needed.</summary>
    public string Guard(string text)
    {
        text = text.Replace(Tokenizer.Breaker, '\uFFFD');
        List<int>? cuts = null;
        for (var at = 0; _matcher.Next(text, at, out var start, out _) is not null; at = start + 1)
            (cuts ??= []).Add(start + 1);
        for (var length = Math.Min(_longest - 1, text.Length); length > 0; length--)
        {
            // The text's end begins a token, or its start ends one: the neighbour could supply the rest.
            if (_beginnings.Contains(text.AsSpan(text.Length - length)))
                (cuts ??= []).Add(text.Length - length + 1);
            if (_endings.Contains(text.AsSpan(0, length)))
                (cuts ??= []).Add(0);
        }
        if (cuts is null)
            return text;
        cuts.Sort();
        var safe = new StringBuilder(text.Length + cuts.Count);
        var from = 0;
        foreach (var cut in cuts.Distinct())
        {
            safe.Append(text, from, cut - from).Append(Tokenizer.Breaker);
            from = cut;
        }
        return safe.Append(text, from, text.Length - from).ToString();
    }
}
