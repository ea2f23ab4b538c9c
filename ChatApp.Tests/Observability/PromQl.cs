using System.Text.RegularExpressions;

namespace ChatApp.Tests.Observability;

/// <summary>What a query reads: metrics by name, and the labels that it selects them by. Enough of the language for the queries that we write.</summary>
internal static partial class PromQl
{
    private static readonly HashSet<string> Words = ["and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset", "inf", "nan"];

    // What Prometheus adds to every series itself.
    private static readonly HashSet<string> OfTheScrape = ["job", "instance", "le"];

    public static IEnumerable<string> Metrics(string query)
    {
        var bare = Range().Replace(Selector().Replace(Text().Replace(query, "\"\""), " "), " ");
        bare = Grouping().Replace(bare, " ");
        foreach (Match word in Identifier().Matches(bare))
        {
            var isFunction = bare.AsSpan(word.Index + word.Length).TrimStart() is ['(', ..];
            if (!isFunction && !Words.Contains(word.Value.ToLowerInvariant()))
                yield return word.Value;
        }
    }

    public static IEnumerable<(string Metric, string Label)> SelectedLabels(string query)
    {
        foreach (Match selected in Selected().Matches(Text().Replace(query, "\"\"")))
        {
            foreach (Match label in Matcher().Matches(selected.Groups[2].Value))
            {
                if (!OfTheScrape.Contains(label.Groups[1].Value))
                    yield return (selected.Groups[1].Value, label.Groups[1].Value);
            }
        }
    }

    [GeneratedRegex("""
        "(\\.|[^"\\])*"
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Text();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"(?<![\w.$])[a-zA-Z_:][a-zA-Z0-9_:]*")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^}]*)\}")]
    private static partial Regex Selected();

    [GeneratedRegex(@"([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)")]
    private static partial Regex Matcher();
}
