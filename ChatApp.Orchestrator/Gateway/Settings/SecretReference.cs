namespace ChatApp.Orchestrator.Gateway.Settings;

/// <summary>Where a key is found: <c>env:NAME</c>, <c>file:/path</c> or <c>config:Section:Name</c>.</summary>
/// <param name="Kind"><c>env</c>, <c>file</c> or <c>config</c>.</param>
/// <param name="Name">The variable, path or configuration name; not secret.</param>
internal readonly record struct SecretReference(string Kind, string Name)
{
    public const string Forms = "env:NAME (an environment variable), file:/path (a file that holds the key) or config:Section:Name (another setting)";

    /// <returns>False for anything else, which may be a key that somebody pasted: it must not be repeated in a message.</returns>
    public static bool TryParse(string text, out SecretReference reference)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        reference = colon > 0 ? new SecretReference(text[..colon], text[(colon + 1)..].Trim()) : default;
        return reference.Kind is "env" or "file" or "config" && reference.Name.Length > 0;
    }

    public override string ToString() => $"{Kind}:{Name}";
}
