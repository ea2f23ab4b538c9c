using ChatApp.Hosting.Running;

namespace Aspire.Hosting;

/// <summary>Adds commands.</summary>
public static class ExecutableResourceBuilderExtensions
{
    /// <summary>Adds a command; a relative working directory starts at the AppHost's folder.</summary>
    public static IResourceBuilder<ExecutableResource> AddExecutable(this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[]? args)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(command);
        ArgumentNullException.ThrowIfNull(workingDirectory);

        var directory = Path.GetFullPath(workingDirectory, builder.AppHostDirectory);
        var executable = builder.AddResource(new ExecutableResource(name, command, directory))
            .WithAnnotation<ProcessDefinition>(new ExecutableProcess());
        return args is { Length: > 0 } ? executable.WithArgs(args) : executable;
    }
}
