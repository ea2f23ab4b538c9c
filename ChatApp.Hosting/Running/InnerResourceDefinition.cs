namespace ChatApp.Hosting.Running;

/// <summary>How a resource without a process comes to be inside its parent.</summary>
internal abstract class InnerResourceDefinition : IResourceAnnotation
{
    /// <summary>Makes the resource where it is absent; the parent is healthy.</summary>
    public abstract Task EnsureCreatedAsync(IResource resource, CancellationToken cancellationToken);
}
