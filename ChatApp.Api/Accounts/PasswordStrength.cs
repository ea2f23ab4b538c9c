using System.Collections.Frozen;
using System.Reflection;

namespace ChatApp.Api.Accounts;

/// <summary>
/// How many tries a password takes of somebody who guesses as people choose: words that everybody takes first, years, rows of keys,
/// repetitions, what stands in the address; the rest sign by sign. After D. Wheeler, "zxcvbn: Low-Budget Password Strength
/// Estimation", USENIX Security 2016, with fewer patterns.
/// </summary>
internal static class PasswordStrength
{
    /// <summary>Decimal digits of the tries that a password must take.</summary>
    private const double Enough = 8;

    private const double OfWord = 2.5;
    private const double OfYear = 2;
    private const double OfRow = 1.3;
    private const double OfRepetition = 0.7;
    private const int ShortestWord = 4;
    private const int ShortestRow = 3;

    private static readonly string[] Rows =
        ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "1qaz2wsx3edc4rfv5tgb", "!\"#$%&'()", "!@#$%^&*()"];

    private static readonly FrozenSet<string> Words = ReadWords();
    private static readonly int LongestWord = Words.Max(word => word.Length);

    /// <returns>What makes it easy to guess; null when it is not.</returns>
    public static string? WeaknessOf(string password, string? email)
    {
        var folded = string.Concat(password.Select(Fold));
        var lower = password.ToLowerInvariant();
        string[] own = [.. (email ?? "").Split('@', '.', '-', '_', '+').Where(part => part.Length >= ShortestWord).Select(part => string.Concat(part.Select(Fold)))];
        var best = new (double Cost, int From, string? Kind)[password.Length + 1];
        for (var end = 1; end <= password.Length; end++)
        {
            best[end] = (best[end - 1].Cost + OfSign(password[end - 1]), end - 1, null);
            for (var start = end - 2; start >= 0; start--)
            {
                if (OfPart(start, end) is var (cost, kind) && best[start].Cost + cost < best[end].Cost)
                    best[end] = (best[start].Cost + cost, start, kind);
            }
        }

        if (best[^1].Cost >= Enough)
            return null;
        var kinds = new List<string>();
        for (var at = password.Length; at > 0; at = best[at].From)
        {
            if (best[at].Kind is { } kind && !kinds.Contains(kind))
                kinds.Add(kind);
        }

        return kinds.Count == 0 ? "too few different signs" : string.Join(", ", kinds);

        (double Cost, string Kind)? OfPart(int start, int end)
        {
            var length = end - start;
            var part = folded.AsSpan(start, length);
            if (length >= ShortestWord && own.Any(word => folded.AsSpan(start, length).SequenceEqual(word)))
                return (OfRepetition, "the e-mail address");
            if (length >= ShortestWord && length <= LongestWord && Words.GetAlternateLookup<ReadOnlySpan<char>>().Contains(part))
                return (OfWord, "a word that is tried first");
            var text = lower.AsSpan(start, length);
            if (length == 4 && int.TryParse(text, out var year) && year is >= 1900 and < 2100)
                return (OfYear, "a year");
            if (length < ShortestRow)
                return null;
            if (text.IndexOfAnyExcept(text[0]) < 0 || (start >= length && text.SequenceEqual(lower.AsSpan(start - length, length))))
                return (OfRepetition, "the same again and again");
            return IsRow(text) ? (OfRow, "a row of keys, letters or digits") : null;
        }
    }

    private static double OfSign(char sign) => char.IsAsciiDigit(sign) ? 1 : char.IsAsciiLetter(sign) ? 1.4 : 1.5;

    private static bool IsRow(ReadOnlySpan<char> text)
    {
        Span<char> back = stackalloc char[text.Length];
        text.CopyTo(back);
        back.Reverse();
        foreach (var row in Rows)
        {
            if (row.AsSpan().IndexOf(text) >= 0 || row.AsSpan().IndexOf(back) >= 0)
                return true;
        }

        return false;
    }

    /// <summary>Signs that stand for each other in words made "harder".</summary>
    private static char Fold(char sign) => char.ToLowerInvariant(sign) switch
    {
        '0' => 'o',
        '1' or '!' or '|' or 'l' => 'i',
        '3' or '€' => 'e',
        '4' or '@' => 'a',
        '5' or '$' => 's',
        '7' or '+' => 't',
        '8' => 'b',
        var other => other,
    };

    private static FrozenSet<string> ReadWords()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("ChatApp.Api.Accounts.common-words.txt")
            ?? throw new InvalidOperationException("The list of common words is not part of this assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(word => string.Concat(word.Select(Fold))).Where(word => word.Length >= ShortestWord).ToFrozenSet(StringComparer.Ordinal);
    }
}
