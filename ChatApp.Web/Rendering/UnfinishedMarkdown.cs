using System.Text.RegularExpressions;

namespace ChatApp.Web.Rendering;

/// <summary>
/// Closes what is still open at the end of a text that is arriving, so that bold text is bold from its first letter,
/// and half a link is a word instead of brackets.
/// </summary>
internal static partial class UnfinishedMarkdown
{
    public static string Complete(string markdown)
    {
        var start = LastParagraph(markdown);
        if (InsideFence(markdown))
            return markdown;
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

    private static int LastParagraph(string markdown)
    {
        var blank = markdown.LastIndexOf("\n\n", StringComparison.Ordinal);
        var start = blank < 0 ? 0 : blank + 2;
        // In a list each item stands for itself.
        var item = ListItem().Matches(markdown, start);
        return item.Count == 0 ? start : item[^1].Index;
    }

    private static bool InsideFence(string markdown)
    {
        var open = false;
        foreach (var line in markdown.AsSpan().EnumerateLines())
        {
            if (line.TrimStart().StartsWith("```") || line.TrimStart().StartsWith("~~~"))
                open = !open;
        }

        return open;
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

    [GeneratedRegex(@"^[ \t]*(?:[-*+]|\d+[.)])[ \t]", RegexOptions.Multiline, 100)]
    private static partial Regex ListItem();
}
