using Markdig.Extensions.Mathematics;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ChatApp.Web.Rendering;

/// <summary>Formulas within a text: <c>\(…\)</c>, <c>\[…\]</c> and <c>$$…$$</c>, over several lines too. The one between single dollars is Markdig's.</summary>
internal sealed class MathSpanParser : InlineParser
{
    public MathSpanParser() => OpeningCharacters = ['\\', '$'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var text = slice.AsSpan();
        if (MathDelimiter.At(text) is not { } delimiter)
            return false;
        var inside = text[delimiter.Opening.Length..];
        var closing = delimiter.FindClosing(inside);
        if (closing < 0 || inside[..closing].IsWhiteSpace())
            return false;
        var length = delimiter.Opening.Length + closing + delimiter.Closing.Length;
        if (delimiter == MathDelimiter.Brackets && text[length..].StartsWith("("))
            return MatchLink(processor, ref slice, inside[..closing].ToString(), length);

        Place(processor, slice, length, new MathInline
        {
            Delimiter = delimiter.Opening[0],
            DelimiterCount = delimiter.IsDisplay ? 2 : 1,
            Content = new StringSlice(slice.Text, slice.Start + delimiter.Opening.Length, slice.Start + delimiter.Opening.Length + closing - 1),
        });
        slice.Start += length;
        return true;
    }

    /// <summary><c>\[name\](address)</c> is a link of a model that escaped too much.</summary>
    private static bool MatchLink(InlineProcessor processor, ref StringSlice slice, string label, int length)
    {
        var rest = slice;
        rest.Start += length;
        if (!LinkHelper.TryParseInlineLink(ref rest, out var address, out var title))
            return false;
        var link = new LinkInline(address ?? "", title ?? "") { IsClosed = true };
        link.AppendChild(new LiteralInline(label));
        Place(processor, slice, rest.Start - slice.Start, link);
        slice.Start = rest.Start;
        return true;
    }

    private static void Place(InlineProcessor processor, StringSlice slice, int length, Inline inline)
    {
        inline.Span = new SourceSpan(processor.GetSourcePosition(slice.Start, out var line, out var column), processor.GetSourcePosition(slice.Start + length - 1));
        (inline.Line, inline.Column) = (line, column);
        processor.Inline = inline;
    }
}
