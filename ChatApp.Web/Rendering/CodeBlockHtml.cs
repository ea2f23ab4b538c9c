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
            renderer.Write("<chat-diagram source=\"").Write(WebUtility.HtmlEncode(code)).Write("\"></chat-diagram>");
            return;
        }

        if (closed && info is "math" or "latex-display" or "katex")
        {
            renderer.Write("<chat-math display=\"block\" tex=\"").Write(WebUtility.HtmlEncode(code)).Write("\"></chat-math>");
            return;
        }

        var language = CodeLanguage.Find(info);
        var label = language?.Label ?? (string.IsNullOrEmpty(info) ? text["Code_Label"].Value : info);
        renderer.Write("<div class=\"code-block\"><div class=\"code-head\"><span class=\"code-lang\">")
            .Write(WebUtility.HtmlEncode(label))
            .Write("</span><button type=\"button\" class=\"code-copy\">")
            .Write(WebUtility.HtmlEncode(text["Code_Copy"].Value))
            .Write("</button></div><pre tabindex=\"0\"><code>");
        renderer.Write(ToHtml(code, code.Length > MaxColoured ? null : language));
        renderer.Write("</code></pre></div>");
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
