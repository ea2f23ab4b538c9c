using Markdig;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ChatApp.Web.Rendering;

/// <summary>
/// The few tags that models write into Markdown because it has no other word for them: line breaks within cells, and pairs without
/// attributes that only change how text looks. All other HTML, and half a pair, is shown as the text it is.
/// </summary>
internal sealed class PlainTags : InlineParser
{
    private static readonly HashSet<string> s_pairs = new(["sub", "sup", "u", "ins", "del", "mark", "kbd", "b", "strong", "i", "em"], StringComparer.OrdinalIgnoreCase);

    public PlainTags() => OpeningCharacters = ['<'];

    public static void AddTo(MarkdownPipelineBuilder pipeline)
    {
        pipeline.InlineParsers.Insert(0, new PlainTags());
        pipeline.DocumentProcessed += document =>
        {
            foreach (var leaf in document.Descendants<LeafBlock>().Where(leaf => leaf.Inline is not null))
                ShowHalfPairs(leaf.Inline!);
        };
    }

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var text = slice.AsSpan();
        var end = text[..Math.Min(text.Length, 10)].IndexOf('>');
        if (end < 0)
            return false;
        var name = text[1..end].TrimEnd('/').TrimEnd(' ').ToString();
        if (name.Equals("br", StringComparison.OrdinalIgnoreCase))
            processor.Inline = new LineBreakInline { IsHard = true };
        else if (s_pairs.Contains(text[1] == '/' ? text[2..end].ToString() : text[1..end].ToString()))
            processor.Inline = new HtmlInline(text[..(end + 1)].ToString().ToLowerInvariant());
        else
            return false;
        processor.Inline.Span = new SourceSpan(processor.GetSourcePosition(slice.Start), processor.GetSourcePosition(slice.Start + end));
        slice.Start += end + 1;
        return true;
    }

    private static void ShowHalfPairs(ContainerInline text)
    {
        var open = new Stack<HtmlInline>();
        var half = new List<HtmlInline>();
        foreach (var tag in text.Descendants<HtmlInline>())
        {
            if (!tag.Tag.StartsWith("</", StringComparison.Ordinal))
                open.Push(tag);
            else if (open.TryPeek(out var opening) && opening.Tag.AsSpan(1).SequenceEqual(tag.Tag.AsSpan(2)) && opening.Parent == tag.Parent)
                open.Pop();
            else
                half.Add(tag);
        }

        foreach (var tag in half.Concat(open))
            tag.ReplaceBy(new LiteralInline(tag.Tag));
    }
}
