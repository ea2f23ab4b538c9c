using ChatApp.AppHost.Publishing.Text;

namespace ChatApp.AppHost.Publishing.Helm;

/// <summary>The values that the templates ask for, collected while they are written: what a template names, <c>values.yaml</c> has.</summary>
internal sealed class HelmValues
{
    private readonly YamlMap _tree = [];

    public YamlMap Tree => _tree;

    /// <param name="path">Names joined by dots.</param>
    public string Text(string path, string value) => $"{{{{ .Values.{Add(path, value)} }}}}";

    public string Number(string path, int value) => $"{{{{ int .Values.{Add(path, value)} }}}}";

    /// <summary><c>known-proxies</c> is <c>knownProxies</c>: a dash would be a minus in a template.</summary>
    public static string NameOf(string name)
    {
        var words = name.Split('-');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    private string Add(string path, object value)
    {
        var names = path.Split('.');
        var map = _tree;
        foreach (var name in names[..^1])
        {
            if (!map.TryGetValue(name, out var next))
                map[name] = next = new YamlMap();
            map = (YamlMap)next;
        }

        map[names[^1]] = value;
        return path;
    }
}
