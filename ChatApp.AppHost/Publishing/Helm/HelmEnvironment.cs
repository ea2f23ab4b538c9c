using ChatApp.AppHost.Publishing.Model;
using ChatApp.AppHost.Publishing.Text;

namespace ChatApp.AppHost.Publishing.Helm;

/// <summary>Environment variables and arguments of a container. Secrets are named, never written.</summary>
internal sealed class HelmEnvironment(HelmValues values)
{
    /// <summary>
    /// A text with a secret in it, such as a connection string, is put together by Kubernetes from a variable of its own,
    /// which has to come first.
    /// </summary>
    public IReadOnlyList<YamlMap> Write(IReadOnlyList<DeployedVariable> variables)
    {
        List<YamlMap> plain = [];
        OrderedDictionary<string, YamlMap> secrets = [];
        foreach (var (name, value) in variables)
        {
            if (value is [TextPart.Setting { Secret: true } secret])
            {
                secrets[name] = Secret(name, secret.Name);
                continue;
            }

            foreach (var setting in value.Settings.Where(setting => setting.Secret))
                secrets.TryAdd(VariableOf(setting.Name), Secret(VariableOf(setting.Name), setting.Name));
            plain.Add(new YamlMap { ["name"] = name, ["value"] = Text(value) });
        }

        return [.. secrets.Values, .. plain];
    }

    public string Text(DeployedText text) => text.Write(part => part switch
    {
        TextPart.Literal literal => Literal(literal.Text),
        TextPart.Setting { Secret: true } secret => $"$({VariableOf(secret.Name)})",
        TextPart.Setting setting => values.Text($"settings.{HelmValues.NameOf(setting.Name)}", setting.Default ?? ""),
        TextPart.PublicAddress address => $"https://{values.Text($"{address.Resource}.host", $"{address.Resource}.example.com")}",
        _ => throw new InvalidOperationException($"{part.GetType().Name} has no form in Kubernetes."),
    });

    private YamlMap Secret(string name, string key) => new()
    {
        ["name"] = name,
        ["valueFrom"] = new YamlMap { ["secretKeyRef"] = new YamlMap { ["name"] = values.Text("secretName", "chatapp"), ["key"] = key } },
    };

    private static string VariableOf(string secret) => secret.ToUpperInvariant().Replace('-', '_');

    private static string Literal(string text) =>
        text.Contains("{{", StringComparison.Ordinal)
            ? throw new DistributedApplicationException($"'{text}' would be read as a template.")
            : text.Replace("$(", "$$(", StringComparison.Ordinal);
}
