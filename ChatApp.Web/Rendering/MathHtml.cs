using System.Net;
using Markdig.Extensions.Mathematics;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ChatApp.Web.Rendering;

/// <summary>Formulas leave as an element that the browser typesets, and whose source is readable where it does not.</summary>
internal static class MathHtml
{
    public sealed class Inline : HtmlObjectRenderer<MathInline>
    {
        protected override void Write(HtmlRenderer renderer, MathInline math)
        {
            var tex = math.Content.ToString();
            renderer.Write(Element(IsInCell(math) ? tex.Replace("\\|", "|", StringComparison.Ordinal) : tex, math.DelimiterCount > 1));
        }

        /// <summary>In a table's cell a bar is written with a backslash, whatever stands around it.</summary>
        private static bool IsInCell(MathInline math)
        {
            ContainerInline? root = math.Parent;
            while (root?.Parent is { } outer)
                root = outer;
            return root?.ParentBlock?.Parent is TableCell;
        }
    }

    public sealed class Block : HtmlObjectRenderer<MathBlock>
    {
        protected override void Write(HtmlRenderer renderer, MathBlock math) =>
            renderer.Write(Element(math.Lines.ToString(), true));
    }

    private static string Element(string tex, bool display) =>
        $"<chat-math display=\"{(display ? "block" : "inline")}\" tex=\"{WebUtility.HtmlEncode(tex.Trim())}\"></chat-math>";
}
