namespace ChatApp.Inference.Text.Jinja;

/// <summary>What <c>namespace()</c> makes: attributes that inner scopes may set.</summary>
internal sealed class JinjaNamespace
{
    public Dictionary<string, object?> Attributes { get; } = new(StringComparer.Ordinal);
}
