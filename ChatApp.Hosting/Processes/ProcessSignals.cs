using System.Diagnostics;

namespace ChatApp.Hosting.Processes;

/// <summary>Signals to processes that lead their own process group.</summary>
internal static class ProcessSignals
{
    /// <summary>Asks a process to end; a process that is gone already is not an error.</summary>
    public static void Send(int processId, StopSignal signal)
    {
        if (signal == StopSignal.Kill)
            KillTree(processId);
        else if (OperatingSystem.IsWindows())
            WindowsConsole.SendBreak(processId);
        else
            _ = UnixCalls.Kill(processId, (int)signal);
    }

    /// <summary>Ends a process and what it started, at once.</summary>
    public static void KillTree(int processId)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = UnixCalls.Kill(-processId, (int)StopSignal.Kill);
            _ = UnixCalls.Kill(processId, (int)StopSignal.Kill);
            return;
        }

        try
        {
            using var process = Process.GetProcessById(processId);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended by itself.
        }
    }
}
