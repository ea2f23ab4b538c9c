using ChatApp.Hosting.State;

namespace ChatApp.Hosting.Running;

/// <summary>What an application's builder knows and its run needs.</summary>
internal sealed record HostingOptions
{
    public required string AppHostDirectory { get; init; }

    public required StateDirectory State { get; init; }

    /// <summary>Whether the state is emptied before the start.</summary>
    public bool Reset { get; init; }

    /// <summary>Whether every endpoint gets a free port, whatever the description asks for.</summary>
    public bool RandomizePorts { get; init; }

    /// <summary>The dashboard's address; null for none.</summary>
    public Uri? Dashboard { get; init; }

    /// <summary>Whether state changes are written to the console.</summary>
    public bool ReportToConsole { get; init; }

    /// <summary>The most that a process which keeps crashing rests before its next start.</summary>
    public TimeSpan LongestRestartDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What a resource does whose dependency cannot start: wait for someone at the dashboard, or fail.</summary>
    public WaitBehavior DefaultWaitBehavior => Dashboard is null ? WaitBehavior.StopOnResourceUnavailable : WaitBehavior.WaitOnResourceUnavailable;
}
