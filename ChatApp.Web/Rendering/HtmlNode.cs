namespace ChatApp.Web.Rendering;

/// <summary>A piece of sanitised HTML: an element, or text when <see cref="Name"/> is null.</summary>
public sealed record HtmlNode(string? Name, string? Text, IReadOnlyList<KeyValuePair<string, string>> Attributes, IReadOnlyList<HtmlNode> Children);
