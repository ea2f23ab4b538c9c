using System.Globalization;
using System.Net;
using Markdig.Extensions.Footnotes;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ChatApp.Web.Rendering;

/// <summary>
/// Footnotes as numbers with the note behind them, and the notes as a list at the end. An answer has no places of its own to link to
/// (<see cref="HtmlPolicy"/>), so the number tells the note where it stands.
/// </summary>
internal static class FootnoteHtml
{
    public sealed class Link : HtmlObjectRenderer<FootnoteLink>
    {
        protected override void Write(HtmlRenderer renderer, FootnoteLink link)
        {
            if (link.IsBackLink)
                return;
            var note = string.Concat(link.Footnote.Descendants<LeafBlock>().SelectMany(leaf => leaf.Inline?.Descendants<LiteralInline>() ?? []).Select(piece => piece.Content.ToString()));
            renderer.Write("<sup class=\"footnote-ref\" title=\"").Write(WebUtility.HtmlEncode(note)).Write("\">")
                .Write(link.Footnote.Order.ToString(CultureInfo.InvariantCulture)).Write("</sup>");
        }
    }

    public sealed class Group : HtmlObjectRenderer<FootnoteGroup>
    {
        protected override void Write(HtmlRenderer renderer, FootnoteGroup group)
        {
            renderer.Write("<div class=\"footnotes\"><ol>");
            foreach (var note in group.OfType<Footnote>())
            {
                renderer.Write("<li>");
                renderer.WriteChildren(note);
                renderer.Write("</li>");
            }

            renderer.Write("</ol></div>");
        }
    }
}
