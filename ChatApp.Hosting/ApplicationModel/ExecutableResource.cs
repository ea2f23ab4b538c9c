namespace Aspire.Hosting.ApplicationModel;

/// <summary>A command.</summary>
public class ExecutableResource(string name, string command, string workingDirectory)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IResourceWithServiceDiscovery, IComputeResource
{
    /// <summary>The program: a path, or a name that is looked for on PATH.</summary>
    public string Command { get; } = command;

    /// <summary>Where it runs.</summary>
    public string WorkingDirectory { get; } = workingDirectory;
}
