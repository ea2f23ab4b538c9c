using System.Globalization;
using System.Text.RegularExpressions;

namespace ChatApp.Web.Turns;

/// <summary>Finds numbered passages in a text: each begins on a line of its own with <c>[n]</c> and ends before the next one.</summary>
internal static partial class Passages
{
    private const int Most = 100;

    public static IEnumerable<Passage> In(string text, string? title)
    {
        var starts = Start().Matches(text);
        for (var i = 0; i < starts.Count && i < Most; i++)
        {
            var from = starts[i].Index + starts[i].Length;
            var to = i + 1 < starts.Count ? starts[i + 1].Index : text.IndexOf("\n\n", from, StringComparison.Ordinal) is var blank and >= 0 ? blank : text.Length;
            var passage = text[from..to].Trim();
            if (passage.Length > 0)
                yield return new Passage(int.Parse(starts[i].Groups[1].Value, CultureInfo.InvariantCulture), title, passage);
        }
    }

    [GeneratedRegex(@"^[ \t]*\[([0-9]{1,3})\]:?[ \t]+", RegexOptions.Multiline, 100)]
    private static partial Regex Start();
}

/// <summary>A numbered passage that an answer was made from; <c>[n]</c> in the answer points to it.</summary>
public sealed record Passage(int Number, string? Title, string Text);
