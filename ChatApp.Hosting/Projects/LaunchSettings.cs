namespace Aspire.Hosting;

/// <summary>A project's launch profiles. Local processes do not read them: what a service gets is what the AppHost says.</summary>
public sealed class LaunchSettings
{
    /// <summary>The profiles by name.</summary>
    public Dictionary<string, LaunchProfile> Profiles { get; set; } = [];
}
