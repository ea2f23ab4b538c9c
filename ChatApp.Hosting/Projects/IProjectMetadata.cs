namespace Aspire.Hosting;

/// <summary>A project that the AppHost references; generated as <c>Projects.Name</c>.</summary>
public interface IProjectMetadata : IResourceAnnotation
{
    /// <summary>The path of the project file.</summary>
    string ProjectPath { get; }

    /// <summary>The project's launch profiles, where they are given and not read from its folder.</summary>
    LaunchSettings? LaunchSettings => null;

    /// <summary>Whether the project is not built by the AppHost; it is built with it anyway.</summary>
    bool SuppressBuild => false;
}
