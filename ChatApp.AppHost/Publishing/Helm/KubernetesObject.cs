using ChatApp.AppHost.Publishing.Text;

namespace ChatApp.AppHost.Publishing.Helm;

/// <summary>The frame of every object.</summary>
internal static class KubernetesObject
{
    public static YamlMap Create(string apiVersion, string kind, string name, YamlMap spec, YamlMap? annotations = null) => new()
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = kind,
        ["metadata"] = new YamlMap { ["name"] = name, ["labels"] = Labels(name), ["annotations"] = annotations },
        ["spec"] = spec,
    };

    /// <summary>What a resource's pods are found by. It can't change once it is deployed.</summary>
    public static YamlMap Selector(string name) => new() { ["app.kubernetes.io/name"] = name, ["app.kubernetes.io/instance"] = "{{ .Release.Name }}" };

    public static YamlMap Labels(string name)
    {
        var labels = Selector(name);
        labels["app.kubernetes.io/part-of"] = "chatapp";
        return labels;
    }
}
