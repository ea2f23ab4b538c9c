using System.Globalization;
using System.Text;

namespace ChatApp.Inference.Text;

/// <summary>What BERT's tokenizer does to a text before it looks words up.</summary>
/// <param name="Clean">Control characters are dropped, and every blank is a space.</param>
/// <param name="SetIdeographsApart">Each ideograph is a word.</param>
/// <param name="StripAccents">Accents are dropped.</param>
/// <param name="Lowercase">Letters become small.</param>
internal sealed record BertText(bool Clean, bool SetIdeographsApart, bool StripAccents, bool Lowercase)
{
    /// <summary>The blocks of ideographs that BERT knows.</summary>
    private static readonly (int First, int Last)[] _ideographs =
    [
        (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
    ];

    public static bool IsIdeograph(Rune rune) => rune.Value >= 0x3400 && Array.Exists(_ideographs, block => rune.Value >= block.First && rune.Value <= block.Last);

    /// <summary>U+FFFD, control and format characters and those for private use, but for tab and line ends.</summary>
    public static bool IsDropped(Rune rune) => rune.Value == 0xFFFD || (rune.Value is not ('\t' or '\n' or '\r')
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse);

    /// <summary>What stands alone: ASCII's symbols and Unicode's punctuation.</summary>
    public static bool IsPunctuation(Rune rune) => rune.IsAscii ? rune.Value > ' ' && rune.Value < 127 && !char.IsAsciiLetterOrDigit((char)rune.Value) : Rune.IsPunctuation(rune);
}
