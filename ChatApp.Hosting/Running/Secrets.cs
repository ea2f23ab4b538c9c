namespace ChatApp.Hosting.Running;

/// <summary>Decides what is masked.</summary>
internal static class Secrets
{
    public const string Mask = "••••••••";

    private static readonly string[] Telling = ["PASSWORD", "SECRET", "TOKEN", "APIKEY", "API_KEY", "HEADERS", "CREDENTIAL", "PRIVATE"];

    /// <summary>Whether a variable is secret by its name or by what its value is made of.</summary>
    public static bool IsSecret(string name, object value) =>
        Telling.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)) || IsMadeOfSecrets(value, []);

    private static bool IsMadeOfSecrets(object value, HashSet<object> seen) =>
        seen.Add(value) && value switch
        {
            ParameterResource parameter => parameter.Secret,
            IResourceBuilder<IResource> builder => IsMadeOfSecrets(builder.Resource, seen),
            // Whoever configures a connection string may have a password in it.
            ConfiguredConnectionString => true,
            IValueWithReferences composed => composed.References.Any(part => IsMadeOfSecrets(part, seen)),
            _ => false,
        };
}
