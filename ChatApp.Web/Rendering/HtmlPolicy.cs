using AngleSharp.Dom;
using ChatApp.Web.Localization;
using Ganss.Xss;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Rendering;

/// <summary>
/// The one place through which text of people, models and tools becomes HTML. What is not named here does not pass:
/// no scripts, styles, forms, frames, foreign name spaces or event handlers; links leave without a referrer; pictures
/// of other hosts become links unless allowed.
/// </summary>
internal sealed class HtmlPolicy
{
    private static readonly string[] Tags =
    [
        "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "del", "ins", "mark", "sub", "sup", "blockquote",
        "ul", "ol", "li", "input", "a", "img", "table", "thead", "tbody", "tr", "th", "td", "pre", "code", "span", "div",
        "dl", "dt", "dd", "button", "b", "i", "u", "kbd", "chat-math", "chat-diagram", "section",
    ];

    private static readonly string[] Attributes =
    [
        "href", "src", "alt", "title", "class", "start", "align", "colspan", "rowspan", "type", "checked", "disabled",
        "tabindex", "aria-label", "dir", "tex", "display", "source", "id", "role",
    ];

    private static readonly string[] Classes =
    [
        "code-block", "code-head", "code-lang", "code-buttons", "code-button", "code-copy", "diagram-block", "diagram-enlarge", "diagram-source", "diagram-broken", "line", "table-wrap", "task-list-item", "contains-task-list", "footnotes",
        "footnote-ref", "left", "center", "right", "citation",
        .. Enum.GetValues<TokenKind>().Select(kind => kind.CssClass()),
    ];

    /// <summary>What may be in any language: the browser finds by its first letters which way it runs.</summary>
    private static readonly HashSet<string> Texts = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "th", "td", "dt", "dd"];

    private readonly HtmlSanitizer _sanitizer;
    private readonly RenderingOptions _options;
    private readonly IStringLocalizer<UiText> _text;

    public HtmlPolicy(IOptions<RenderingOptions> options, IStringLocalizer<UiText> text)
    {
        (_options, _text) = (options.Value, text);
        _sanitizer = new HtmlSanitizer(new HtmlSanitizerOptions
        {
            AllowedTags = new HashSet<string>(Tags, StringComparer.OrdinalIgnoreCase),
            AllowedAttributes = new HashSet<string>(Attributes, StringComparer.OrdinalIgnoreCase),
            AllowedCssProperties = new HashSet<string>(),
            AllowedSchemes = new HashSet<string>(["http", "https", "mailto"], StringComparer.OrdinalIgnoreCase),
            UriAttributes = new HashSet<string>(["href", "src"], StringComparer.OrdinalIgnoreCase),
            AllowedAtRules = new HashSet<AngleSharp.Css.Dom.CssRuleType>(),
        });
        _sanitizer.AllowedClasses.UnionWith(Classes);
        _sanitizer.PostProcessNode += (_, args) =>
        {
            if (args.Node is IElement element)
                Restrict(element, args);
        };
    }

    /// <summary>Sanitises the HTML of one block, and makes references to known passages buttons that open them.</summary>
    public RenderedBlock Sanitise(string source, string html, CitationScope? citations = null)
    {
        var body = _sanitizer.SanitizeDom(html).Body!;
        if (citations is { Numbers.Count: > 0 })
            CitationChips.Insert(body, citations);
        return new RenderedBlock(source, body.InnerHtml, Walk(body));
    }

    private void Restrict(IElement element, PostProcessNodeEventArgs args)
    {
        switch (element.LocalName)
        {
            case "a":
                RestrictLink(element);
                break;
            case "input":
                // Only the box of a task list, which shows and does nothing.
                if (element.GetAttribute("type") != "checkbox")
                {
                    element.Remove();
                    break;
                }

                element.SetAttribute("disabled", "");
                break;
            case "button":
                element.SetAttribute("type", "button");
                if (!element.ClassList.Contains("code-copy") && !element.ClassList.Contains("code-button"))
                    element.Remove();
                break;
            case "img" when !IsAllowedImage(element.GetAttribute("src")):
                foreach (var node in LinkTo(element))
                    args.ReplacementNodes.Add(node);
                break;
            case var name when Texts.Contains(name):
                element.SetAttribute("dir", "auto");
                break;
        }

        // Ids of our own page cannot be taken over by an answer.
        element.RemoveAttribute("id");
    }

    private static void RestrictLink(IElement element)
    {
        var href = element.GetAttribute("href");
        if (href is null)
            return;
        if (href.StartsWith('#'))
        {
            // Into this page, where an answer has no places: the browser would leave for the start page's.
            element.RemoveAttribute("href");
            return;
        }

        element.SetAttribute("target", "_blank");
        element.SetAttribute("rel", "noopener noreferrer nofollow");
    }

    private bool IsAllowedImage(string? source) =>
        Uri.TryCreate(source, UriKind.Absolute, out var uri)
        && uri.Scheme == Uri.UriSchemeHttps
        && _options.ImageHosts.Contains(uri.Host, StringComparer.OrdinalIgnoreCase);

    private IEnumerable<INode> LinkTo(IElement image)
    {
        var document = image.Owner!;
        var alternative = image.GetAttribute("alt") is { Length: > 0 } alt ? alt : image.GetAttribute("src") ?? "";
        if (image.GetAttribute("src") is not { Length: > 0 } source || !Uri.TryCreate(source, UriKind.Absolute, out var address))
            return [document.CreateTextNode(alternative)];
        var why = document.CreateElement("span");
        why.ClassName = "image-why";
        why.SetAttribute("title", _text["Image_Why", address.Host]);
        why.TextContent = $" ({_text["Image_NotLoaded", address.Host]})";
        if (image.Closest("a") is not null)
            return [document.CreateTextNode(alternative), why];
        var link = document.CreateElement("a");
        link.SetAttribute("href", source);
        link.ClassName = "image-link";
        link.TextContent = alternative;
        RestrictLink(link);
        return [link, why];
    }

    private static List<HtmlNode> Walk(INode parent)
    {
        var nodes = new List<HtmlNode>(parent.ChildNodes.Length);
        foreach (var child in parent.ChildNodes)
        {
            if (child is IElement element)
                nodes.Add(new HtmlNode(element.LocalName, null, [.. element.Attributes.Select(a => KeyValuePair.Create(a.Name, a.Value))], Walk(element)));
            else if (child is IText text)
                nodes.Add(new HtmlNode(null, text.Data, [], []));
        }

        return nodes;
    }
}

/// <summary>A piece of sanitised HTML: an element, or text when <see cref="Name"/> is null.</summary>
public sealed record HtmlNode(string? Name, string? Text, IReadOnlyList<KeyValuePair<string, string>> Attributes, IReadOnlyList<HtmlNode> Children);
