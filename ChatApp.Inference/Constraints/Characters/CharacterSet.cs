using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace ChatApp.Inference.Constraints.Characters;

/// <summary>A set of Unicode scalars as sorted, disjoint ranges. Surrogates are in none.</summary>
internal sealed class CharacterSet
{
    private static readonly ConcurrentDictionary<string, CharacterSet?> _categories = new(StringComparer.Ordinal);

    private readonly List<(int Low, int High)> _ranges;

    private CharacterSet(List<(int Low, int High)> ranges) => _ranges = ranges;

    public static CharacterSet All { get; } = Of((0, 0xD7FF), (0xE000, 0x10FFFF));

    public static CharacterSet Digits { get; } = Of(('0', '9'));

    public static CharacterSet Word { get; } = Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    public static CharacterSet Space { get; } = Of(('\t', '\r'), (' ', ' '), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF));

    /// <summary>What a dot matches: all but line breaks.</summary>
    public static CharacterSet Dot { get; } = Of(('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029)).Complement();

    public IReadOnlyList<(int Low, int High)> Ranges => _ranges;

    public bool IsEmpty => _ranges.Count == 0;

    public static CharacterSet Of(params IEnumerable<(int Low, int High)> ranges)
    {
        var sorted = ranges.Where(r => r.Low <= r.High).OrderBy(r => r.Low).ToList();
        var merged = new List<(int Low, int High)>();
        foreach (var (low, high) in sorted)
        {
            if (merged.Count > 0 && low <= merged[^1].High + 1)
                merged[^1] = (merged[^1].Low, Math.Max(merged[^1].High, high));
            else
                merged.Add((low, high));
        }
        return new CharacterSet(merged);
    }

    /// <summary>Scalars of a general category (<c>L</c>, <c>Lu</c>, <c>Nd</c> …); null when the name is unknown.</summary>
    public static CharacterSet? Category(string name) => name.Length is 1 or 2 ? _categories.GetOrAdd(name, Scan) : null;

    private static CharacterSet? Scan(string name)
    {
        var ranges = new List<(int, int)>();
        var known = false;
        for (var code = 0; code <= 0x10FFFF; code++)
        {
            if (code is >= 0xD800 and <= 0xDFFF)
                continue;
            var category = ShortName(Rune.GetUnicodeCategory(new Rune(code)));
            if (!category.StartsWith(name, StringComparison.Ordinal))
                continue;
            known = true;
            if (ranges.Count > 0 && ranges[^1].Item2 == code - 1)
                ranges[^1] = (ranges[^1].Item1, code);
            else
                ranges.Add((code, code));
        }
        return known ? new CharacterSet(ranges) : null;
    }

    public CharacterSet Union(CharacterSet other) => Of(_ranges.Concat(other._ranges));

    public CharacterSet Complement()
    {
        var ranges = new List<(int, int)>();
        var next = 0;
        foreach (var (low, high) in _ranges)
        {
            if (low > next)
                ranges.Add((next, low - 1));
            next = high + 1;
        }
        if (next <= 0x10FFFF)
            ranges.Add((next, 0x10FFFF));
        return Of(ranges.SelectMany(r => WithoutSurrogates(r.Item1, r.Item2)));
    }

    private static IEnumerable<(int, int)> WithoutSurrogates(int low, int high)
    {
        yield return (low, Math.Min(high, 0xD7FF));
        yield return (Math.Max(low, 0xE000), high);
    }

    private static string ShortName(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => "Lu",
        UnicodeCategory.LowercaseLetter => "Ll",
        UnicodeCategory.TitlecaseLetter => "Lt",
        UnicodeCategory.ModifierLetter => "Lm",
        UnicodeCategory.OtherLetter => "Lo",
        UnicodeCategory.NonSpacingMark => "Mn",
        UnicodeCategory.SpacingCombiningMark => "Mc",
        UnicodeCategory.EnclosingMark => "Me",
        UnicodeCategory.DecimalDigitNumber => "Nd",
        UnicodeCategory.LetterNumber => "Nl",
        UnicodeCategory.OtherNumber => "No",
        UnicodeCategory.SpaceSeparator => "Zs",
        UnicodeCategory.LineSeparator => "Zl",
        UnicodeCategory.ParagraphSeparator => "Zp",
        UnicodeCategory.Control => "Cc",
        UnicodeCategory.Format => "Cf",
        UnicodeCategory.PrivateUse => "Co",
        UnicodeCategory.ConnectorPunctuation => "Pc",
        UnicodeCategory.DashPunctuation => "Pd",
        UnicodeCategory.OpenPunctuation => "Ps",
        UnicodeCategory.ClosePunctuation => "Pe",
        UnicodeCategory.InitialQuotePunctuation => "Pi",
        UnicodeCategory.FinalQuotePunctuation => "Pf",
        UnicodeCategory.OtherPunctuation => "Po",
        UnicodeCategory.MathSymbol => "Sm",
        UnicodeCategory.CurrencySymbol => "Sc",
        UnicodeCategory.ModifierSymbol => "Sk",
        UnicodeCategory.OtherSymbol => "So",
        _ => "Cn",
    };
}
