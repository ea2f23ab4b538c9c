namespace Aspire.Hosting.ApplicationModel;

/// <summary>A fact shown of a resource.</summary>
public sealed record ResourcePropertySnapshot(string Name, object? Value)
{
    /// <summary>Whether the value is masked.</summary>
    public bool IsSensitive { get; init; }
}
