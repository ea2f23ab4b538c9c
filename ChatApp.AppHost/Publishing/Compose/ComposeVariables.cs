using ChatApp.AppHost.Publishing.Model;

namespace ChatApp.AppHost.Publishing.Compose;

/// <summary>The variables that a Compose file asks for, collected while it is written, and the <c>.env.example</c> that names them.</summary>
internal sealed class ComposeVariables
{
    private readonly SortedDictionary<string, (string? Default, string Comment)> _variables = new(StringComparer.Ordinal);

    /// <summary>The file does not start without it.</summary>
    public string Required(string name, string comment)
    {
        _variables[name] = (null, comment);
        return $"${{{name}:?set {name} in .env, as .env.example says}}";
    }

    public string Optional(string name, string value, string comment)
    {
        _variables[name] = (value, comment);
        return $"${{{name}:-{value}}}";
    }

    /// <summary>A text of the model; a dollar in it is one.</summary>
    public string Text(DeployedText text) => text.Write(part => part switch
    {
        TextPart.Literal literal => Literal(literal.Text),
        TextPart.Setting { Secret: true } secret => Required(NameOf(secret.Name), "A secret: letters and digits only, since it is written into connection strings. openssl rand -hex 24"),
        TextPart.Setting { Default: { } value } setting => Optional(NameOf(setting.Name), value, setting.Description ?? setting.Name),
        TextPart.Setting setting => Required(NameOf(setting.Name), setting.Description ?? setting.Name),
        TextPart.PublicAddress address => Optional($"{NameOf(address.Resource)}_ADDRESS", $"http://localhost:{address.Port}", $"Where browsers find '{address.Resource}': with https where a proxy in front ends TLS, and with the port below where that is another."),
        _ => throw new InvalidOperationException($"{part.GetType().Name} has no form in Compose."),
    });

    public static string Literal(string text) => text.Replace("$", "$$", StringComparison.Ordinal);

    public static string NameOf(string name) => name.ToUpperInvariant().Replace('-', '_');

    /// <summary>What has to be said comes first and is empty, so that Compose names it when it was forgotten.</summary>
    public string Example()
    {
        var required = _variables.Where(variable => variable.Value.Default is null).Select(variable => $"# {variable.Value.Comment}\n{variable.Key}=\n");
        var optional = _variables.Where(variable => variable.Value.Default is not null).Select(variable => $"# {variable.Value.Comment}\n#{variable.Key}={variable.Value.Default}\n");
        return "# Copy this file to .env beside compose.yaml, and keep that one out of version control.\n\n# Needed\n\n"
            + string.Join('\n', required) + "\n# With their defaults\n\n" + string.Join('\n', optional);
    }
}
