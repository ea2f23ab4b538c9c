using System.Text;
using ChatApp.ServiceDefaults;
using ChatApp.Web.Turns;

namespace ChatApp.Web.Chat;

/// <summary>A conversation as a Markdown document: its active path, as it was shown.</summary>
internal static class ConversationMarkdown
{
    public static string Write(ConversationTree view, string untitled, string you, string assistant)
    {
        var text = new StringBuilder().Append("# ").AppendLine(OneLine(string.IsNullOrWhiteSpace(view.Title) ? untitled : view.Title));
        foreach (var node in view.Path.Where(node => node.Text.Length > 0))
            text.AppendLine().Append("## ").AppendLine(node.IsUser ? you : assistant).AppendLine().AppendLine(node.Text.TrimEnd());
        return text.ToString();
    }

    /// <summary>A name that every file system takes.</summary>
    public static string FileName(string? title, string extension)
    {
        var name = string.Concat(OneLine(title ?? "").Select(character => char.IsLetterOrDigit(character) ? character : '-')).Trim('-');
        while (name.Contains("--", StringComparison.Ordinal))
            name = name.Replace("--", "-", StringComparison.Ordinal);
        return $"{(name.Length == 0 ? "conversation" : name.Beginning(60).TrimEnd('-'))}.{extension}";
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
