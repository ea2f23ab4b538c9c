using System.Text;

namespace ChatApp.Web.Rendering;

/// <summary>Models write formulas as <c>\(…\)</c> and <c>\[…\]</c> as well; outside code these become the dollar forms.</summary>
internal static class MathDelimiters
{
    public static string Normalise(string markdown)
    {
        if (!markdown.Contains("\\(", StringComparison.Ordinal) && !markdown.Contains("\\[", StringComparison.Ordinal))
            return markdown;

        var result = new StringBuilder(markdown.Length);
        var fenced = false;
        foreach (var line in markdown.Split('\n'))
        {
            if (result.Length > 0)
                result.Append('\n');
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal) || line.TrimStart().StartsWith("~~~", StringComparison.Ordinal))
                fenced = !fenced;
            if (fenced || line.Contains('`'))
                result.Append(line);
            else
                result.Append(line
                    .Replace("\\(", "$", StringComparison.Ordinal).Replace("\\)", "$", StringComparison.Ordinal)
                    .Replace("\\[", "$$", StringComparison.Ordinal).Replace("\\]", "$$", StringComparison.Ordinal));
        }

        return result.ToString();
    }
}
