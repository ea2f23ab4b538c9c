using System.Net;
using System.Text;
using ChatApp.Web.Localization;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Microsoft.Extensions.Localization;

namespace ChatApp.Web.Rendering;

/// <summary>Code with its language, a button that copies it, and one element a line, so that a growing block changes at its end only.</summary>
internal sealed class CodeBlockHtml(IStringLocalizer<UiText> text) : HtmlObjectRenderer<CodeBlock>
{
    /// <summary>Beyond this many characters colour costs more than it helps.</summary>
    private const int MaxColoured = 60_000;

    protected override void Write(HtmlRenderer renderer, CodeBlock block)
    {
        var fence = block as FencedCodeBlock;
        var info = fence?.Info?.Trim();
        var code = CodeOf(block);
        var closed = fence is { ClosingFencedCharCount: > 0 };
        if (closed && string.Equals(info, "mermaid", StringComparison.OrdinalIgnoreCase))
        {
            WriteDiagram(renderer, code);
            return;
        }

        if (closed && info is "math" or "latex-display" or "katex")
        {
            renderer.Write("<chat-math display=\"block\" tex=\"").Write(WebUtility.HtmlEncode(code)).Write("\"></chat-math>");
            return;
        }

        var language = CodeLanguage.Find(info);
        var label = language?.Label ?? (string.IsNullOrEmpty(info) ? text["Code_Label"].Value : info);
        renderer.Write("<div class=\"code-block\">");
        WriteHead(renderer, label, ("code-copy", "Code_Copy"));
        renderer.Write("<pre tabindex=\"0\" dir=\"ltr\"><code>");
        renderer.Write(ToHtml(code, code.Length > MaxColoured ? null : language));
        renderer.Write("</code></pre></div>");
    }

    private void WriteDiagram(HtmlRenderer renderer, string source)
    {
        renderer.Write("<div class=\"code-block diagram-block\">");
        WriteHead(renderer, text["Diagram"], ("code-button diagram-enlarge", "Diagram_Enlarge"), ("code-button diagram-source", "Diagram_Source"), ("code-copy", "Code_Copy"));
        renderer.Write("<chat-diagram source=\"").Write(WebUtility.HtmlEncode(source)).Write("\"></chat-diagram><p class=\"diagram-broken\">")
            .Write(WebUtility.HtmlEncode(text["Diagram_Broken"].Value)).Write("</p></div>");
    }

    private void WriteHead(HtmlRenderer renderer, string label, params IEnumerable<(string Classes, string Label)> buttons)
    {
        renderer.Write("<div class=\"code-head\"><span class=\"code-lang\">").Write(WebUtility.HtmlEncode(label)).Write("</span><span class=\"code-buttons\">");
        foreach (var (classes, name) in buttons)
            renderer.Write("<button type=\"button\" class=\"").Write(classes).Write("\">").Write(WebUtility.HtmlEncode(text[name].Value)).Write("</button>");
        renderer.Write("</span></div>");
    }

    private static string CodeOf(CodeBlock block)
    {
        var lines = block.Lines;
        var code = new StringBuilder();
        for (var i = 0; i < lines.Count; i++)
            code.Append(lines.Lines[i].Slice.AsSpan()).Append('\n');
        return code.ToString();
    }

    private static string ToHtml(string code, CodeLanguage? language)
    {
        var html = new StringBuilder(code.Length * 2).Append("<span class=\"line\">");
        var open = true;
        foreach (var token in CodeLexer.Lex(code, language))
        {
            var rest = code.AsSpan(token.Start, token.Length);
            while (rest.Length > 0)
            {
                if (!open)
                {
                    html.Append("<span class=\"line\">");
                    open = true;
                }

                var newline = rest.IndexOf('\n');
                var piece = newline < 0 ? rest : rest[..newline];
                if (piece.Length > 0)
                {
                    var encoded = WebUtility.HtmlEncode(piece.ToString());
                    if (token.Kind == TokenKind.Plain)
                        html.Append(encoded);
                    else
                        html.Append("<span class=\"").Append(token.Kind.CssClass()).Append("\">").Append(encoded).Append("</span>");
                }

                if (newline < 0)
                    break;
                html.Append("\n</span>");
                open = false;
                rest = rest[(newline + 1)..];
            }
        }

        return (open ? html.Append("</span>") : html).ToString();
    }
}
