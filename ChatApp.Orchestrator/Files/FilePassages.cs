using System.Text;
using ChatApp.ServiceDefaults;

namespace ChatApp.Orchestrator.Files;

/// <summary>What of a text file a prompt quotes: all of it, or the passages that share words with the question.</summary>
internal static class FilePassages
{
    /// <summary>Characters of a passage, at most.</summary>
    public const int LongestPassage = 800;

    private const string Gap = "\n[...]\n";

    /// <summary>At most <paramref name="most"/> characters of a text, in the text's order, with a mark where something is left out.</summary>
    public static string Select(string text, string question, int most)
    {
        if (text.Length <= most)
            return text;
        var passages = Split(text);
        var count = most / (LongestPassage + Gap.Length);
        if (count == 0)
            return most < Gap.Length ? "" : text.Beginning(most - Gap.Length) + Gap;

        var chosen = new SortedSet<int>(Recall.Select(passages, question, count));
        // Where the question tells nothing, a text's beginning tells most.
        for (var i = 0; i < passages.Count && chosen.Count < count; i++)
            chosen.Add(i);

        var quoted = new StringBuilder(most);
        var next = 0;
        foreach (var index in chosen)
        {
            if (index != next)
                quoted.Append(Gap);
            quoted.Append(passages[index]);
            next = index + 1;
        }

        if (next < passages.Count)
            quoted.Append(Gap);
        return quoted.ToString();
    }

    /// <summary>Whole lines together where they fit, so that a passage reads as one.</summary>
    private static List<string> Split(string text)
    {
        var passages = new List<string>();
        var start = 0;
        while (start < text.Length)
        {
            var end = Math.Min(text.Length, start + LongestPassage);
            if (end < text.Length)
            {
                var window = text.AsSpan(start, end - start);
                var at = window.LastIndexOf("\n\n") is > LongestPassage / 4 and var paragraph ? paragraph + 2
                    : window.LastIndexOf('\n') is > LongestPassage / 4 and var line ? line + 1
                    : window.LastIndexOf(' ') is > LongestPassage / 4 and var word ? word + 1
                    : window.Length;
                end = start + at;
                if (char.IsHighSurrogate(text[end - 1]))
                    end--;
            }

            passages.Add(text[start..end]);
            start = end;
        }

        return passages;
    }
}
