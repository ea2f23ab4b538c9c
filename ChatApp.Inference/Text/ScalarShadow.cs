using System.Globalization;
using System.Text;

namespace ChatApp.Inference.Text;

/// <summary>
/// .NET matches regular expressions over UTF-16 units, tokenizers over Unicode scalars. Text with characters outside the basic plane
/// is matched through a shadow: one unit a scalar, those characters replaced by one of the same general category, with a map back.
/// </summary>
internal readonly struct ScalarShadow
{
    private readonly int[]? _origin;

    private ScalarShadow(string text, int[]? origin) => (Text, _origin) = (text, origin);

    public string Text { get; }

    /// <summary>Position in the original text of a position in <see cref="Text"/>.</summary>
    public int Original(int position) => _origin is null ? position : _origin[position];

    public static ScalarShadow Of(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
            return new ScalarShadow(text, null);
        var shadow = new StringBuilder(text.Length);
        var origin = new List<int>(text.Length);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            shadow.Append(rune.IsBmp ? (char)rune.Value : Representative(Rune.GetUnicodeCategory(rune)));
            origin.Add(at);
            at += rune.Utf16SequenceLength;
        }
        origin.Add(text.Length);
        return new ScalarShadow(shadow.ToString(), [.. origin]);
    }

    private static char Representative(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\u00C0',
        UnicodeCategory.LowercaseLetter => '\u00E0',
        UnicodeCategory.TitlecaseLetter => '\u01C5',
        UnicodeCategory.ModifierLetter => '\u02B0',
        UnicodeCategory.OtherLetter => '\u05D0',
        UnicodeCategory.NonSpacingMark => '\u0300',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.EnclosingMark => '\u0488',
        UnicodeCategory.DecimalDigitNumber => '\u0660',
        UnicodeCategory.LetterNumber => '\u2167',
        UnicodeCategory.OtherNumber => '\u00B2',
        UnicodeCategory.Format => '\u200D',
        UnicodeCategory.PrivateUse => '\uE000',
        UnicodeCategory.OtherPunctuation => '\u00B7',
        _ => '\u00A9',
    };
}
