using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;

namespace ChatApp.Web.Rendering;

/// <summary>A table in a box that scrolls by itself, so that a wide one never widens the page.</summary>
internal sealed class TableHtml : HtmlObjectRenderer<Table>
{
    private readonly HtmlTableRenderer _inner = new();

    protected override void Write(HtmlRenderer renderer, Table table)
    {
        renderer.Write("<div class=\"table-wrap\" tabindex=\"0\">");
        _inner.Write(renderer, table);
        renderer.Write("</div>");
    }
}
