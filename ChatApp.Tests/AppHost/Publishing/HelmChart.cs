using System.Text.RegularExpressions;
using YamlDotNet.Serialization;
using k8s;
using k8s.Models;

namespace ChatApp.Tests.AppHost.Publishing;

/// <summary>
/// The chart of this checkout with its placeholders filled in, read as Kubernetes' own types: a field that they lack is an error.
/// Our templates have placeholders and nothing else, which is little enough of Helm to stand in for it.
/// </summary>
internal sealed partial class HelmChart
{
    private static readonly Dictionary<string, Type> s_types = new() { ["keda.sh/v1alpha1/ScaledObject"] = typeof(ScaledObject) };

    private readonly Dictionary<object, object> _values;

    private HelmChart(Dictionary<object, object> values) => _values = values;

    /// <summary>The values that some template asked for.</summary>
    public HashSet<string> Used { get; } = [];

    public IReadOnlyList<object> Objects { get; private set; } = [];

    public static HelmChart Load()
    {
        var folder = Path.Combine(AppHostRun.Checkout, "deploy", "helm");
        var chart = new HelmChart(new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(File.ReadAllText(Path.Combine(folder, "values.yaml"))));
        chart.Objects = [.. Directory.EnumerateFiles(Path.Combine(folder, "templates")).Order().SelectMany(file => KubernetesYaml.LoadAllFromString(chart.Render(File.ReadAllText(file)), s_types, strict: true))];
        return chart;
    }

    public T Get<T>(string name)
        where T : IKubernetesObject<V1ObjectMeta> => Objects.OfType<T>().Single(one => one.Metadata.Name == name);

    public IEnumerable<string> Names<T>()
        where T : IKubernetesObject<V1ObjectMeta> => Objects.OfType<T>().Select(one => one.Metadata.Name);

    public IEnumerable<string> AllValues() => Paths(_values, "");

    private static IEnumerable<string> Paths(Dictionary<object, object> map, string prefix) =>
        map.SelectMany(entry => entry.Value is Dictionary<object, object> inner ? Paths(inner, $"{prefix}{entry.Key}.") : [$"{prefix}{entry.Key}"]);

    private string Render(string template)
    {
        var text = Placeholder().Replace(template, match => match.Groups["path"].Value switch
        {
            "Release.Name" => "chatapp",
            "Release.Namespace" => "chat",
            var path when path.StartsWith("Values.", StringComparison.Ordinal) => ValueOf(path["Values.".Length..]),
            var path => throw new InvalidOperationException($"Nothing is known of .{path}"),
        });
        text.ShouldNotContain("{{");
        return text;
    }

    private string ValueOf(string path)
    {
        Used.Add(path);
        object value = _values;
        foreach (var name in path.Split('.'))
            value = ((Dictionary<object, object>)value)[name];
        return (string)value;
    }

    [GeneratedRegex(@"\{\{ (?:int )?\.(?<path>[A-Za-z.]+) \}\}")]
    private static partial Regex Placeholder();
}
