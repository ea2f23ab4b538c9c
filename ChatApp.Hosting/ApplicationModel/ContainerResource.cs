namespace Aspire.Hosting.ApplicationModel;

/// <summary>A store that runs in a container where there are containers, and as a local process here.</summary>
public class ContainerResource(string name, string? entrypoint = null)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IComputeResource
{
    /// <summary>The container's entry point, where it is not the image's own.</summary>
    public string? Entrypoint { get; set; } = entrypoint;
}
