namespace Aspire.Hosting;

/// <summary>One launch profile.</summary>
public sealed class LaunchProfile
{
    /// <summary>The kind of profile.</summary>
    public string? CommandName { get; set; }

    /// <summary>The addresses to listen on.</summary>
    public string? ApplicationUrl { get; set; }

    /// <summary>The variables to set.</summary>
    public Dictionary<string, string> EnvironmentVariables { get; set; } = [];
}
