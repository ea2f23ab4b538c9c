using ChatApp.Web.Rendering;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace ChatApp.Web.Components.Chat;

/// <summary>
/// Draws one sanitised block. A block that grows is drawn node by node, so that the browser is told only of the text
/// that was added and selections survive; a block that was there from the start is one piece, which is cheaper to keep.
/// </summary>
public sealed class BlockView : ComponentBase
{
    private RenderedBlock? _drawn;
    private bool _asNodes;

    [Parameter, EditorRequired]
    public RenderedBlock Block { get; set; } = null!;

    [Parameter]
    public bool Growing { get; set; }

    protected override bool ShouldRender() => !ReferenceEquals(_drawn, Block);

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        _asNodes |= Growing;
        _drawn = Block;
        if (!_asNodes)
        {
            builder.AddMarkupContent(0, Block.Html);
            return;
        }

        foreach (var node in Block.Nodes)
            Draw(builder, node);
    }

    // Positions are compared by kind, so equal sequence numbers say "the next node of this sort".
    private static void Draw(RenderTreeBuilder builder, HtmlNode node)
    {
        if (node.Name is null)
        {
            builder.AddContent(1, node.Text);
            return;
        }

        builder.OpenElement(2, node.Name);
        foreach (var (name, value) in node.Attributes)
            builder.AddAttribute(3, name, value);
        foreach (var child in node.Children)
            Draw(builder, child);
        builder.CloseElement();
    }
}
