using ChatApp.Hosting.Processes;

namespace ChatApp.Hosting.Running;

/// <summary>A command; it serves where it has an endpoint, and runs to its end where it has none.</summary>
internal sealed class ExecutableProcess : ProcessDefinition
{
    public override bool IsService(IResource resource) => resource.HasAnnotationOfType<EndpointAnnotation>();

    public override string Describe(IResource resource) => ((ExecutableResource)resource).Command;

    public override Task<ProcessSpec> PrepareAsync(LaunchContext context, CancellationToken cancellationToken)
    {
        var executable = (ExecutableResource)context.Resource;
        if (!Directory.Exists(executable.WorkingDirectory))
            throw new DistributedApplicationException($"The working directory '{executable.WorkingDirectory}' of '{executable.Name}' does not exist.");

        return Task.FromResult(new ProcessSpec
        {
            FileName = Resolve(executable),
            Arguments = context.Arguments,
            WorkingDirectory = executable.WorkingDirectory,
            Environment = context.Environment,
            StopStage = 2,
        });
    }

    private static string Resolve(ExecutableResource executable)
    {
        var isPath = executable.Command.Contains(Path.DirectorySeparatorChar) || executable.Command.Contains('/');
        var path = isPath ? Path.GetFullPath(executable.Command, executable.WorkingDirectory) : ExecutableSearch.Find(executable.Command);
        if (path is null)
            throw new DistributedApplicationException($"The command '{executable.Command}' of '{executable.Name}' was not found on PATH.");
        if (!ExecutableSearch.IsExecutable(path))
            throw new DistributedApplicationException($"The command '{path}' of '{executable.Name}' does not exist or is not executable.");
        return path;
    }
}
