namespace ChatApp.Hosting.Processes;

/// <summary>
/// A running child in a process group of its own: a Ctrl+C in the terminal reaches the AppHost alone, which then lets
/// the children drain in order.
/// </summary>
internal abstract class ChildProcess
{
    public abstract int Id { get; }

    /// <summary>Completes with the exit code once the process has ended; 128 + n after signal n.</summary>
    public abstract Task<int> Exited { get; }

    /// <summary>Writes to the process's standard input, where that was asked for.</summary>
    public Stream? Input { get; protected init; }

    /// <summary>Starts a process; each line of its output goes to <paramref name="onLine"/>.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be executed.</exception>
    public static ChildProcess Start(ProcessSpec spec, Action<string> onLine) =>
        OperatingSystem.IsWindows() ? new WindowsChildProcess(spec, onLine) : new UnixChildProcess(spec, onLine);

    /// <summary>Asks the process to end, waits, and kills what is left.</summary>
    public async Task StopAsync(StopSignal signal, TimeSpan timeout)
    {
        ProcessSignals.Send(Id, signal);
        try
        {
            await Exited.WaitAsync(timeout);
        }
        catch (TimeoutException)
        {
            ProcessSignals.KillTree(Id);
            await Exited;
        }
    }
}
