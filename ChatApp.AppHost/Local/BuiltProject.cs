namespace ChatApp.AppHost.Local;

/// <summary>
/// Projects as the AppHost's own build left them, in the checkout that the AppHost runs from: a build knows where it was made, and
/// checkouts are copied and moved with what was built in them.
/// </summary>
internal static class BuiltProject
{
    /// <summary>Where a project's folder lies in this checkout.</summary>
    /// <param name="built">Where it lay when the AppHost was built.</param>
    /// <param name="output">The output folder that runs, <c>checkout/project/bin/configuration/framework</c>; absent: the AppHost's or its host's own.</param>
    /// <exception cref="DistributedApplicationException">The AppHost was copied without it.</exception>
    public static string Folder(string built, string? output = null)
    {
        var running = new DirectoryInfo(Path.TrimEndingDirectorySeparator(output ?? AppContext.BaseDirectory));
        if (running.Parent?.Parent is not { Name: "bin", Parent: { Parent: { } checkout } project })
            return built;
        var own = Path.Combine(checkout.FullName, Path.GetFileName(Path.TrimEndingDirectorySeparator(built)));
        if (Directory.Exists(own))
            return own;
        // Whoever hosts the AppHost from elsewhere has it as it was built.
        return project.Name != typeof(BuiltProject).Assembly.GetName().Name
            ? built
            : throw new DistributedApplicationException($"'{own}' is missing: this AppHost was built in '{Path.GetDirectoryName(built)}' and copied without its services. Copy the whole checkout, or build it where it is: dotnet build.");
    }

    /// <summary>A project's assembly in its own output: of this configuration and framework, whoever hosts the AppHost.</summary>
    /// <exception cref="DistributedApplicationException">It has not been built.</exception>
    public static string Assembly(IProjectMetadata project)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var folder = Folder(Path.GetDirectoryName(project.ProjectPath)!);
        var assembly = Path.Combine(folder, "bin", output.Parent!.Name, output.Name, $"{Path.GetFileNameWithoutExtension(project.ProjectPath)}.dll");
        return File.Exists(assembly) ? assembly : throw new DistributedApplicationException($"'{assembly}' has not been built. Build the checkout that it is in: dotnet build {Path.GetDirectoryName(folder)}");
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
            .WithAnnotation(new ExecutableAnnotation { Command = "dotnet", WorkingDirectory = Folder(Path.GetDirectoryName(metadata.ProjectPath)!) })
            .WithArgs(Assembly(metadata));
    }
}
