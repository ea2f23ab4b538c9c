using System.Buffers;

namespace ChatApp.Web.Rendering;

/// <summary>How a formula begins and ends, and whether it stands for itself.</summary>
internal sealed record MathDelimiter(string Opening, string Closing, bool IsDisplay)
{
    /// <summary>Longer is no formula, and a text of nothing but openings stays cheap.</summary>
    private const int MostCharacters = 8_000;

    public static readonly MathDelimiter Parentheses = new("\\(", "\\)", IsDisplay: false);
    public static readonly MathDelimiter Brackets = new("\\[", "\\]", IsDisplay: true);
    public static readonly MathDelimiter Dollars = new("$$", "$$", IsDisplay: true);

    private SearchValues<char> Marks { get; } = SearchValues.Create(['\\', Closing[0]]);

    /// <summary>The one that a text begins with.</summary>
    public static MathDelimiter? At(ReadOnlySpan<char> text) =>
        text.StartsWith(Parentheses.Opening) ? Parentheses : text.StartsWith(Brackets.Opening) ? Brackets : text.StartsWith(Dollars.Opening) ? Dollars : null;

    /// <summary>Where the closing stands in a text behind the opening, or -1. A backslash takes the character behind it along.</summary>
    public int FindClosing(ReadOnlySpan<char> text)
    {
        var bounded = text[..Math.Min(text.Length, MostCharacters)];
        for (var at = 0; at < bounded.Length;)
        {
            var mark = bounded[at..].IndexOfAny(Marks);
            if (mark < 0)
                return -1;
            at += mark;
            if (bounded[at..].StartsWith(Closing))
                return at;
            at += bounded[at] == '\\' ? 2 : 1;
        }

        return -1;
    }
}
