using System.Net;
using Markdig.Extensions.Mathematics;
using Markdig.Renderers;
using Markdig.Renderers.Html;

namespace ChatApp.Web.Rendering;

/// <summary>Formulas leave as an element that the browser typesets, and whose source is readable where it does not.</summary>
internal static class MathHtml
{
    public sealed class Inline : HtmlObjectRenderer<MathInline>
    {
        protected override void Write(HtmlRenderer renderer, MathInline math) =>
            renderer.Write(Element(math.Content.ToString(), math.DelimiterCount > 1));
    }

    public sealed class Block : HtmlObjectRenderer<MathBlock>
    {
        protected override void Write(HtmlRenderer renderer, MathBlock math) =>
            renderer.Write(Element(math.Lines.ToString(), true));
    }

    private static string Element(string tex, bool display) =>
        $"<chat-math display=\"{(display ? "block" : "inline")}\" tex=\"{WebUtility.HtmlEncode(tex)}\"></chat-math>";
}
