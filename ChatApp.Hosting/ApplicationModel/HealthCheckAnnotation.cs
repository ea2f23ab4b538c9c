namespace Aspire.Hosting.ApplicationModel;

/// <summary>Ties a resource to a health check registered in the AppHost's services.</summary>
public sealed class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    /// <summary>The name of the registered check.</summary>
    public string Key { get; } = key;
}
