namespace Aspire.Hosting;

/// <summary>Where the build put a project; generated beside <see cref="IProjectMetadata"/>.</summary>
public interface IProjectOutput
{
    /// <summary>The path of the built assembly.</summary>
    string TargetPath { get; }
}
