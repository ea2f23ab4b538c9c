namespace Aspire.Hosting.ApplicationModel;

/// <summary>Says that a resource waits for another.</summary>
public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    /// <summary>The resource that is waited for.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>What is waited for.</summary>
    public WaitType WaitType { get; } = waitType;

    /// <summary>The exit code that counts as success of a completion.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>What happens when the other cannot start; null for the application's default.</summary>
    public WaitBehavior? WaitBehavior { get; init; }
}
