using System.Globalization;
using System.Text.RegularExpressions;

namespace ChatApp.Tests.Observability;

/// <summary>A scrape in Prometheus' text format: what it has of each metric.</summary>
internal sealed partial class Exposition
{
    private readonly Dictionary<string, HashSet<string>> _labels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _sums = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _labels.Keys;

    public bool Has(string name) => _labels.ContainsKey(name);

    /// <summary>The labels that any series of the metric has.</summary>
    public IReadOnlySet<string> LabelsOf(string name) => _labels[name];

    /// <summary>All series of the metric added up.</summary>
    public double Sum(string name) => _sums[name];

    public static Exposition Parse(params IEnumerable<string> scrapes)
    {
        var exposition = new Exposition();
        foreach (var line in scrapes.SelectMany(text => text.Split('\n')))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var sample = Sample().Match(line);
            if (!sample.Success)
                throw new FormatException($"Not a sample: {line}");
            exposition.Add(sample.Groups["name"].Value, sample.Groups["labels"].Value, sample.Groups["value"].Value);
        }

        return exposition;
    }

    private void Add(string name, string labels, string value)
    {
        if (!_labels.TryGetValue(name, out var known))
            _labels[name] = known = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match label in Label().Matches(labels))
            known.Add(label.Groups[1].Value);
        if (double.TryParse(value, CultureInfo.InvariantCulture, out var number))
            _sums[name] = _sums.GetValueOrDefault(name) + number;
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([^"}]|"(\\.|[^"\\])*")*)\})? (?<value>\S+)( \d+)?$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="(?:\\.|[^"\\])*"(?:,|$)""")]
    private static partial Regex Label();
}
