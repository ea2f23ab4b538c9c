using ChatApp.AppHost.Publishing.Model;
using ChatApp.AppHost.Publishing.Text;

namespace ChatApp.AppHost.Publishing.Helm;

/// <summary>Writes the deployment for a cluster: the chart <c>helm/</c>, with a template for each resource.</summary>
internal static class HelmWriter
{
    private const string Origin = "Written by 'aspire publish' from ChatApp.AppHost: change that, and publish again. docs/deployment.md says more.";

    public static IReadOnlyDictionary<string, string> Write(IReadOnlyList<DeployedResource> resources)
    {
        var values = new HelmValues();
        var (workload, network, scaling) = (new Workload(values), new NetworkAccess(values), new Scaling(values));
        var files = new Dictionary<string, string>();
        foreach (var resource in resources)
        {
            IEnumerable<YamlMap> documents = [.. workload.Of(resource), .. network.Of(resource), .. scaling.Of(resource)];
            if (resource.Migrates)
                documents = documents.Append(workload.Migration(resource));
            files[$"helm/templates/{resource.Name}.yaml"] = YamlText.Write(Origin, documents);
        }

        files["helm/Chart.yaml"] = YamlText.Write(Origin, Chart());
        files["helm/values.yaml"] = YamlText.Write($"{Origin}\nGive what differs in a file of your own: helm install chatapp . --values yours.yaml{Secrets(resources)}", Ordered(values.Tree, resources));
        return files;
    }

    private static YamlMap Chart() => new()
    {
        ["apiVersion"] = "v2",
        ["name"] = "chatapp",
        ["description"] = "A self-hosted chat: web, API, orchestration and inference, with its stores.",
        ["type"] = "application",
        ["version"] = "0.1.0",
        // A pause before the stop that needs no program in the image.
        ["kubeVersion"] = ">=1.30.0-0",
    };

    // What holds for all comes first.
    private static YamlMap Ordered(YamlMap values, IReadOnlyList<DeployedResource> resources)
    {
        var names = resources.Select(resource => HelmValues.NameOf(resource.Name)).ToList();
        var ordered = new YamlMap();
        foreach (var (name, value) in values.OrderBy(value => names.IndexOf(value.Key)))
            ordered[name] = value;
        return ordered;
    }

    private static string Secrets(IReadOnlyList<DeployedResource> resources)
    {
        var keys = resources.SelectMany(resource => resource.Environment).SelectMany(variable => variable.Value.Settings).Where(setting => setting.Secret).Select(setting => setting.Name).Distinct().Order(StringComparer.Ordinal);
        return $"\nThe secret 'secretName' is made beforehand; its keys: {string.Join(", ", keys)}.";
    }
}
