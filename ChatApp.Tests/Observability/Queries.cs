using System.Text.Json;
using System.Text.RegularExpressions;

namespace ChatApp.Tests.Observability;

/// <summary>Every query of the rules and of the dashboard.</summary>
internal static partial class Queries
{
    /// <summary>The names that recording rules give.</summary>
    public static IReadOnlySet<string> Recorded { get; } =
        Pack.Rules.SelectMany(file => RecordLine().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);

    public static IEnumerable<(string Where, string Query)> All() =>
        [.. Pack.Rules.SelectMany(InRules), .. InDashboard(JsonDocument.Parse(File.ReadAllText(Pack.Dashboard)).RootElement, "dashboard")];

    private static IEnumerable<(string, string)> InRules(string file)
    {
        var lines = File.ReadAllLines(file);
        for (var i = 0; i < lines.Length; i++)
        {
            if (ExprLine().Match(lines[i]) is not { Success: true } found)
                continue;
            var query = found.Groups[2].Value;
            if (query == ">-")
            {
                var indent = found.Groups[1].Length;
                query = string.Join(' ', lines.Skip(i + 1).TakeWhile(line => line.Length - line.TrimStart().Length > indent).Select(line => line.Trim()));
            }

            yield return ($"{Path.GetFileName(file)}:{i + 1}", query);
        }
    }

    private static IEnumerable<(string, string)> InDashboard(JsonElement element, string where)
    {
        if (element.ValueKind == JsonValueKind.Array)
            return element.EnumerateArray().SelectMany(item => InDashboard(item, where));
        if (element.ValueKind != JsonValueKind.Object)
            return [];
        var title = element.TryGetProperty("title", out var named) && named.ValueKind == JsonValueKind.String ? $"panel '{named.GetString()}'" : where;
        return element.EnumerateObject().SelectMany(property => property is { Name: "expr", Value.ValueKind: JsonValueKind.String }
            ? [(title, property.Value.GetString()!)]
            : InDashboard(property.Value, title));
    }

    [GeneratedRegex(@"^\s*- record: (\S+)\s*$", RegexOptions.Multiline)]
    private static partial Regex RecordLine();

    [GeneratedRegex(@"^(\s*)expr: (.+)$")]
    private static partial Regex ExprLine();
}
