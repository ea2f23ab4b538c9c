namespace ChatApp.Hosting.Processes;

/// <summary>A process to start.</summary>
internal sealed record ProcessSpec
{
    /// <summary>The program: an absolute path.</summary>
    public required string FileName { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public required string WorkingDirectory { get; init; }

    /// <summary>The whole environment; nothing is inherited beside it.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public StopSignal StopSignal { get; init; } = StopSignal.Terminate;

    /// <summary>How long the process may drain before it is killed.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Processes of a higher stage are stopped first when only the guard is left to do it.</summary>
    public int StopStage { get; init; } = 1;

    /// <summary>Whether the caller writes to the process's standard input.</summary>
    public bool RedirectInput { get; init; }
}
