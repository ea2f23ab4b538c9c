namespace Aspire.Hosting;

/// <summary>How a project is added.</summary>
public class ProjectResourceOptions
{
    /// <summary>The launch profile to use.</summary>
    public string? LaunchProfileName { get; set; }

    /// <summary>Whether no launch profile is used; local processes never use one.</summary>
    public bool ExcludeLaunchProfile { get; set; }

    /// <summary>Whether the project's Kestrel endpoints are not read from its settings.</summary>
    public bool ExcludeKestrelEndpoints { get; set; }
}
