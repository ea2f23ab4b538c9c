using System.Diagnostics;
using System.Globalization;

namespace ChatApp.Hosting.Processes;

/// <summary>A process id with its start time, so that a later process of the same id is not mistaken for it.</summary>
internal static class ProcessIdentity
{
    /// <summary>The process's start, in a unit that only this class compares; null when the process is gone.</summary>
    public static long? StartOf(int processId)
    {
        if (OperatingSystem.IsLinux())
            return LinuxStart(processId);
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.StartTime.ToUniversalTime().Ticks / TimeSpan.TicksPerSecond;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Whether the process that started then still runs.</summary>
    public static bool IsAlive(int processId, long start) => StartOf(processId) == start;

    private static long? LinuxStart(int processId)
    {
        try
        {
            // Field 22; the second field is the name in parentheses, which may hold anything.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
