using System.Globalization;
using System.Text;

namespace ChatApp.Orchestrator.Conversations.Titles;

/// <summary>Makes a title out of what a model says when it is asked for one, or out of the question itself.</summary>
public static class TitleText
{
    private const int Longest = 60;
    private static readonly char[] Wrapping = ['"', '\'', '“', '”', '«', '»', '*', '#', '`', '.', ' '];

    /// <returns>One line without quotes or markup; empty when nothing of use was said.</returns>
    public static string Clean(string text)
    {
        var line = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "";
        if (line.StartsWith("Title:", StringComparison.OrdinalIgnoreCase))
            line = line["Title:".Length..];
        // A model that calls a tool or thinks aloud instead has not named anything.
        if (line.StartsWith('<') || line.StartsWith('{'))
            return "";
        var clean = new StringBuilder(line.Length);
        foreach (var c in line)
            clean.Append(char.IsControl(c) ? ' ' : c);
        return Shorten(clean.ToString().Trim(Wrapping));
    }

    /// <summary>Cuts between words, and never within what is one character to a reader.</summary>
    public static string Shorten(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var elements = new StringInfo(line);
        if (elements.LengthInTextElements <= Longest)
            return line;
        var cut = elements.SubstringByTextElements(0, Longest - 1);
        var space = cut.LastIndexOf(' ');
        return (space > cut.Length / 2 ? cut[..space] : cut) + "…";
    }
}
