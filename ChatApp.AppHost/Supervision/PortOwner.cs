using System.Globalization;
using ChatApp.AppHost.Local;

namespace ChatApp.AppHost.Supervision;

/// <summary>Finds who listens on a port, where the system tells.</summary>
internal static class PortOwner
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Such as <c>process 1234 (nginx)</c>; null when it is unknown.</summary>
    public static string? Find(int port)
    {
        try
        {
            return OperatingSystem.IsLinux() ? FindByProc(port) : FindByLsof(port);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception or OperationCanceledException)
        {
            return null;
        }
    }

    private static string? FindByProc(int port)
    {
        const string Listening = "0A";
        var suffix = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        var sockets = ((string[])["/proc/net/tcp", "/proc/net/tcp6"])
            .Where(File.Exists)
            .SelectMany(table => File.ReadLines(table).Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[1].EndsWith(suffix, StringComparison.Ordinal) && fields[3] == Listening)
            .Select(fields => $"socket:[{fields[9]}]")
            .ToHashSet();
        var owner = sockets.Count == 0 ? null : Directory.EnumerateDirectories("/proc").FirstOrDefault(path => int.TryParse(Path.GetFileName(path), out _) && Holds(path, sockets));
        return owner is not null ? $"process {Path.GetFileName(owner)} ({File.ReadAllText(Path.Combine(owner, "comm")).Trim()})"
            : sockets.Count > 0 ? "a process of another user" : null;
    }

    private static bool Holds(string process, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd")).Any(descriptor => new FileInfo(descriptor).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? FindByLsof(int port)
    {
        if (ProgramSearch.Find("lsof") is not { } lsof)
            return null;
        var fields = ProgramRun.Run(s_patience, lsof, "-nP", $"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var (id, name) = (fields.FirstOrDefault(field => field[0] == 'p'), fields.FirstOrDefault(field => field[0] == 'c'));
        return id is null ? null : $"process {id[1..]} ({name?[1..]})";
    }
}
