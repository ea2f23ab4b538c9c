namespace ChatApp.Hosting.Processes;

/// <summary>How a process is asked to end; the values are the POSIX numbers.</summary>
internal enum StopSignal
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
}
