namespace ChatApp.Web.Rendering;

/// <summary>One top-level block of a message, sanitised. Only <see cref="HtmlPolicy"/> makes these.</summary>
/// <param name="Source">The Markdown that it was made from; an unchanged block is kept as the same object.</param>
public sealed record RenderedBlock(string Source, string Html, IReadOnlyList<HtmlNode> Nodes);
