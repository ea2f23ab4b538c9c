using System.Net;
using ChatApp.Web.Localization;
using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Extensions.Footnotes;
using Markdig.Extensions.Mathematics;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Microsoft.Extensions.Localization;

namespace ChatApp.Web.Rendering;

/// <summary>
/// Markdown to sanitised blocks. HTML inside Markdown is shown as the text it is. A block whose source did not change
/// is the same object as before, so that a growing answer costs its last block, not its whole length.
/// </summary>
internal sealed class MarkdownRenderer(HtmlPolicy policy, IStringLocalizer<UiText> text)
{
    private static readonly MarkdownPipeline Pipeline = CreatePipeline();

    /// <param name="previous">What the shorter text of the same message was rendered to.</param>
    /// <param name="growing">The text is still arriving: markup that is open at its end is closed for now.</param>
    /// <param name="citations">Passages that the text may point to.</param>
    public IReadOnlyList<RenderedBlock> Render(string markdown, IReadOnlyList<RenderedBlock>? previous = null, bool growing = false, CitationScope? citations = null)
    {
        try
        {
            return Parse(markdown, previous, growing, citations);
        }
        catch (ArgumentException)
        {
            // Nested deeper than the parser goes, which only a text made for it is: shown as it was written.
            return [policy.Sanitise(markdown, $"<pre>{WebUtility.HtmlEncode(markdown)}</pre>")];
        }
    }

    private List<RenderedBlock> Parse(string markdown, IReadOnlyList<RenderedBlock>? previous, bool growing, CitationScope? citations)
    {
        var document = Read(markdown, growing);
        var source = markdown;
        if (growing && UnfinishedMarkdown.Complete(markdown, document) is var completed && completed != markdown)
            (source, document) = (completed, Read(completed, growing));
        var blocks = new List<RenderedBlock>(document.Count);
        var references = document.Any(block => block is LinkReferenceDefinitionGroup or FootnoteGroup);
        foreach (var block in document)
        {
            if (block is LinkReferenceDefinitionGroup or BlankLineBlock)
                continue;
            var slice = SliceOf(source, block);
            // A reference that arrives later changes blocks before it, so with references nothing is kept.
            var kept = !references && previous is not null && blocks.Count < previous.Count && previous[blocks.Count].Source == slice
                ? previous[blocks.Count]
                : null;
            blocks.Add(kept ?? policy.Sanitise(slice, ToHtml(block), citations));
        }

        return blocks;
    }

    internal static MarkdownDocument Read(string markdown, bool growing)
    {
        var context = new MarkdownParserContext();
        if (growing)
            context.Properties[MathBlockParser.Growing] = true;
        return Markdown.Parse(markdown, Pipeline, context);
    }

    private static MarkdownPipeline CreatePipeline()
    {
        var builder = new MarkdownPipelineBuilder()
            .UsePipeTables(new PipeTableOptions { UseGfmRules = true })
            .UseTaskLists()
            .UseEmphasisExtras(EmphasisExtraOptions.Strikethrough)
            .UseAutoLinks()
            .UseFootnotes()
            .UseListExtras()
            .DisableHtml();
        builder.BlockParsers.Insert(0, new MathBlockParser());
        builder.InlineParsers.Insert(0, new MathInlineParser());
        builder.InlineParsers.Insert(0, new MathSpanParser());
        PlainTags.AddTo(builder);
        return builder.Build();
    }

    private static string SliceOf(string source, Block block)
    {
        var start = Math.Clamp(block.Span.Start, 0, source.Length);
        return source[start..Math.Clamp(block.Span.End + 1, start, source.Length)];
    }

    private string ToHtml(Block block)
    {
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.RemoveAll(known => known is CodeBlockRenderer or HtmlTableRenderer or HtmlFootnoteLinkRenderer or HtmlFootnoteGroupRenderer);
        renderer.ObjectRenderers.InsertRange(0,
            [new MathHtml.Block(), new MathHtml.Inline(), new CodeBlockHtml(text), new TableHtml(), new FootnoteHtml.Link(), new FootnoteHtml.Group()]);
        renderer.Render(block);
        // Styles do not pass the policy; the alignment of a column does, as a class. Text has its quotes encoded.
        return writer.ToString()
            .Replace(" type=\"checkbox\"", $" type=\"checkbox\" aria-label=\"{WebUtility.HtmlEncode(text["Task"])}\"", StringComparison.Ordinal)
            .Replace(" style=\"text-align: right;\"", " class=\"right\"", StringComparison.Ordinal)
            .Replace(" style=\"text-align: center;\"", " class=\"center\"", StringComparison.Ordinal);
    }
}

/// <summary>One top-level block of a message, sanitised. Only <see cref="HtmlPolicy"/> makes these.</summary>
/// <param name="Source">The Markdown that it was made from; an unchanged block is kept as the same object.</param>
public sealed record RenderedBlock(string Source, string Html, IReadOnlyList<HtmlNode> Nodes);
