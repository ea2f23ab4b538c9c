namespace Aspire.Hosting.ApplicationModel;

/// <summary>The application's resources, as a service.</summary>
public sealed class DistributedApplicationModel(IResourceCollection resources)
{
    /// <summary>The resources, in the order of their description.</summary>
    public IResourceCollection Resources { get; } = resources;
}
