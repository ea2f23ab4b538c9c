using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ChatApp.Inference.Text;

/// <summary>A step of <c>tokenizer.json</c>'s <c>normalizer</c>, applied to each stretch of text between added tokens.</summary>
internal abstract record TextNormalizer
{
    public abstract string Apply(string text);

    /// <summary>Unicode normalization forms (NFC, NFD, NFKC, NFKD).</summary>
    public sealed record Unicode(NormalizationForm Form) : TextNormalizer
    {
        public override string Apply(string text)
        {
            try
            {
                return text.IsNormalized(Form) ? text : text.Normalize(Form);
            }
            catch (ArgumentException)
            {
                // Some platforms refuse to normalize noncharacters; such text stays as it is.
                return text;
            }
        }
    }

    public sealed record Prepend(string Prefix) : TextNormalizer
    {
        public override string Apply(string text) => text.Length == 0 ? text : Prefix + text;
    }

    public sealed record Replace(string Old, string New) : TextNormalizer
    {
        public override string Apply(string text) => text.Replace(Old, New, StringComparison.Ordinal);
    }

    public sealed record ReplacePattern(Regex Pattern, string New) : TextNormalizer
    {
        public override string Apply(string text) => Pattern.Replace(text, _ => New);
    }

    public sealed record Lowercase : TextNormalizer
    {
        public override string Apply(string text) => text.ToLowerInvariant();
    }

    public sealed record Strip(bool Left, bool Right) : TextNormalizer
    {
        public override string Apply(string text) => (Left, Right) switch
        {
            (true, true) => text.Trim(),
            (true, false) => text.TrimStart(),
            (false, true) => text.TrimEnd(),
            _ => text,
        };
    }

    public sealed record StripAccents : TextNormalizer
    {
        public override string Apply(string text) =>
            string.Concat(text.EnumerateRunes().Where(r => Rune.GetUnicodeCategory(r) != UnicodeCategory.NonSpacingMark));
    }
    /// <summary>The text as BERT's tokenizer takes it: without control characters, blanks as spaces, ideographs apart, without accents, in lower case.</summary>
    public sealed record Bert(BertText Rules) : TextNormalizer
    {
        public override string Apply(string text)
        {
            var output = new StringBuilder(text.Length + 16);
            foreach (var rune in text.EnumerateRunes())
            {
                if (Rules.Clean && BertText.IsDropped(rune))
                    continue;
                if (Rules.Clean && Rune.IsWhiteSpace(rune))
                    output.Append(' ');
                else if (Rules.SetIdeographsApart && BertText.IsIdeograph(rune))
                    output.Append(' ').Append(rune.ToString()).Append(' ');
                else
                    output.Append(rune.ToString());
            }
            text = output.ToString();
            if (Rules.StripAccents)
                text = new StripAccents().Apply(new Unicode(NormalizationForm.FormD).Apply(text));
            // The one letter whose lower case is two characters.
            return Rules.Lowercase ? text.Replace("\u0130", "i\u0307", StringComparison.Ordinal).ToLowerInvariant() : text;
        }
    }
}
