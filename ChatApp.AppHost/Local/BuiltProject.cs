namespace ChatApp.AppHost.Local;

/// <summary>Projects as the AppHost's own build left them.</summary>
internal static class BuiltProject
{
    /// <summary>A project's assembly in its own output: of this configuration and framework, whoever hosts the AppHost.</summary>
    public static string Assembly(IProjectMetadata project)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Path.GetDirectoryName(project.ProjectPath)!, "bin", output.Parent!.Name, output.Name,
            $"{Path.GetFileNameWithoutExtension(project.ProjectPath)}.dll");
    }

    /// <summary>
    /// Starts the project's assembly itself. By default each project (and each replica) has a <c>dotnet run</c> above it,
    /// which evaluates the project once more: seconds of a core at the start, and 80 MB for as long as it runs. An IDE and
    /// <c>dotnet watch</c> start projects their own way and are left to it.
    /// </summary>
    public static IResourceBuilder<ProjectResource> RunsAsBuilt(this IResourceBuilder<ProjectResource> project)
    {
        var builder = project.ApplicationBuilder;
        if (builder.ExecutionContext.IsPublishMode || builder.Configuration["DEBUG_SESSION_PORT"] is { Length: > 0 } || builder.Configuration.GetValue("DOTNET_WATCH", false))
            return project;
        var metadata = project.Resource.GetProjectMetadata();
        return project
            .WithAnnotation(new ExecutableAnnotation { Command = "dotnet", WorkingDirectory = Path.GetDirectoryName(metadata.ProjectPath)! })
            .WithArgs(Assembly(metadata));
    }
}
