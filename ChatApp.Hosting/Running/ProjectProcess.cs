using ChatApp.Hosting.Processes;

namespace ChatApp.Hosting.Running;

/// <summary>A project of the solution: its built output, run by the same dotnet.</summary>
internal sealed class ProjectProcess : ProcessDefinition
{
    public override string Describe(IResource resource) => Path.GetFileName(Metadata(resource).ProjectPath);

    public override Task<ProcessSpec> PrepareAsync(LaunchContext context, CancellationToken cancellationToken)
    {
        var metadata = Metadata(context.Resource);
        var target = metadata is IProjectOutput output
            ? output.TargetPath
            : throw new DistributedApplicationException($"The project '{metadata.ProjectPath}' of the resource '{context.Resource.Name}' does not say where it is built: it must also implement {nameof(IProjectOutput)}.");
        if (!File.Exists(target))
            throw new DistributedApplicationException($"'{target}' does not exist. Build the solution: dotnet build.");

        return Task.FromResult(new ProcessSpec
        {
            FileName = DotNetHost.Path,
            Arguments = [target, .. context.Arguments],
            // Settings files are read from the project's folder, so a change takes effect at the next restart.
            WorkingDirectory = Path.GetDirectoryName(metadata.ProjectPath)!,
            Environment = context.Environment,
            StopTimeout = TimeSpan.FromSeconds(30),
            StopStage = 2,
        });
    }

    private static IProjectMetadata Metadata(IResource resource) => resource.Annotations.OfType<IProjectMetadata>().Last();
}
