using System.Reflection;

namespace Aspire.Hosting;

/// <summary>How an application is set up.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>The command line.</summary>
    public string[]? Args { get; set; }

    /// <summary>The AppHost's assembly, where it is not the entry assembly.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>Whether there is no dashboard.</summary>
    public bool DisableDashboard { get; set; }

    /// <summary>Whether plain http is accepted; local processes always speak it.</summary>
    public bool AllowUnsecuredTransport { get; set; }

    /// <summary>Whether the resources' consoles are also written to the AppHost's log.</summary>
    public bool EnableResourceLogging { get; set; }

    internal Assembly? Assembly { get; set; }

    /// <summary>Whether the application lives in a test: free ports, a state folder of its own that goes with it.</summary>
    internal bool IsTesting { get; set; }

    internal Action<DistributedApplicationOptions, HostApplicationBuilderSettings>? ConfigureHost { get; set; }
}
