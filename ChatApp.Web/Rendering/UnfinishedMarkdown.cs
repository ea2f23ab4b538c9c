using System.Text.RegularExpressions;
using Markdig.Syntax;

namespace ChatApp.Web.Rendering;

/// <summary>
/// Closes what is still open at the end of a text that is arriving, so that bold text is bold from its first letter,
/// and half a link is a word instead of brackets.
/// </summary>
internal static partial class UnfinishedMarkdown
{
    /// <param name="parsed">The same text as it is.</param>
    public static string Complete(string markdown, MarkdownDocument parsed)
    {
        // Code and formulas stay as they are written; each paragraph, item, heading or cell stands for itself.
        var last = parsed.Descendants<LeafBlock>().Where(leaf => !leaf.Span.IsEmpty).MaxBy(leaf => leaf.Span.Start);
        if (last is not { ProcessInlines: true } || last.Span.Start >= markdown.Length)
            return markdown;
        var start = last.Span.Start;
        var head = markdown[..start];
        var tail = HalfLink().Replace(markdown[start..], "$1");

        if (Count(tail, "`") % 2 == 1)
            return head + Close(tail, "`");
        var bare = InlineCode().Replace(tail, "");
        if (Count(bare, "**") % 2 == 1)
            tail = Close(tail, "**");
        else if (Count(bare, "~~") % 2 == 1)
            tail = Close(tail, "~~");
        else if (OpenEmphasis().IsMatch(bare))
            tail = Close(tail, "*");
        return head + tail;
    }

    private static string Close(string tail, string marker)
    {
        // An opening marker with nothing behind it yet would show as itself.
        var trimmed = tail.TrimEnd();
        return trimmed.EndsWith(marker, StringComparison.Ordinal) ? trimmed[..^marker.Length] : trimmed.TrimEnd('*', '~') + marker;
    }

    private static int Count(string text, string marker)
    {
        var count = 0;
        for (var i = text.IndexOf(marker, StringComparison.Ordinal); i >= 0; i = text.IndexOf(marker, i + marker.Length, StringComparison.Ordinal))
            count++;
        return count;
    }

    [GeneratedRegex(@"!?\[([^\]\n]*)(?:\]\([^)\n]*)?\z", RegexOptions.None, 100)]
    private static partial Regex HalfLink();

    [GeneratedRegex(@"`[^`\n]*`", RegexOptions.None, 100)]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"(?:^|[\s(])\*(?![\s*])[^*\n]*\z", RegexOptions.None, 100)]
    private static partial Regex OpenEmphasis();
}
