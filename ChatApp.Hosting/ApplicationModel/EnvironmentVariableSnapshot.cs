namespace Aspire.Hosting.ApplicationModel;

/// <summary>An environment variable of a resource's process; secrets are masked already.</summary>
/// <param name="IsFromSpec">Whether the description set it, rather than inheritance.</param>
public sealed record EnvironmentVariableSnapshot(string Name, string? Value, bool IsFromSpec);
