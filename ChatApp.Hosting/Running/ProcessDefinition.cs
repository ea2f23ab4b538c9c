using ChatApp.Hosting.Processes;

namespace ChatApp.Hosting.Running;

/// <summary>How a resource becomes a process.</summary>
internal abstract class ProcessDefinition : IResourceAnnotation
{
    /// <summary>Whether the process serves until it is stopped, so that every exit by itself is a crash.</summary>
    public virtual bool IsService(IResource resource) => true;

    /// <summary>What runs, for people.</summary>
    public abstract string Describe(IResource resource);

    /// <summary>Makes ready what the process needs.</summary>
    /// <exception cref="DistributedApplicationException">The process cannot start, and trying again will not help.</exception>
    public abstract Task<ProcessSpec> PrepareAsync(LaunchContext context, CancellationToken cancellationToken);
}
