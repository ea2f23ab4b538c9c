using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ChatApp.Hosting.Dashboard;

/// <summary>Measures processes while someone looks: a reading is kept for a moment, and the next one is compared with it.</summary>
internal sealed class UsageMeter(TimeProvider time)
{
    private const double TicksPerSecond = 100;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1.5);

    private readonly ConcurrentDictionary<int, Reading> _readings = [];
    private readonly Lock _gate = new();
    private ILookup<int, int> _children = Array.Empty<int>().ToLookup(id => id);
    private long? _childrenRead;

    public Usage? Of(int processId)
    {
        var now = time.GetTimestamp();
        if (_readings.TryGetValue(processId, out var last) && time.GetElapsedTime(last.At, now) < Fresh)
            return last.Usage;
        if (Measure(processId) is not var (seconds, memory))
        {
            _readings.TryRemove(processId, out _);
            return null;
        }

        double? processor = last is null ? null : Math.Max(0, seconds - last.Seconds) / time.GetElapsedTime(last.At, now).TotalSeconds;
        var reading = new Reading(now, seconds, new Usage(processor, memory));
        _readings[processId] = reading;
        return reading.Usage;
    }

    private (double Seconds, long Memory)? Measure(int processId)
    {
        try
        {
            return OperatingSystem.IsLinux() ? MeasureTree(processId) : MeasureOne(processId);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or InvalidOperationException or UnauthorizedAccessException or Win32Exception)
        {
            return null;
        }
    }

    private static (double Seconds, long Memory) MeasureOne(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return (process.TotalProcessorTime.TotalSeconds, process.WorkingSet64);
    }

    private (double Seconds, long Memory) MeasureTree(int processId)
    {
        var (seconds, resident, _) = Read(processId);
        foreach (var child in Children()[processId])
        {
            try
            {
                var (childSeconds, childResident, childShared) = Read(child);
                seconds += childSeconds;
                resident += childResident - childShared;
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }

        return (seconds, resident);
    }

    private static (double Seconds, long Resident, long Shared) Read(int processId)
    {
        var stat = Fields(processId);
        var pages = File.ReadAllText($"/proc/{processId}/statm").Split(' ');
        return ((Number(stat[11]) + Number(stat[12])) / TicksPerSecond, Number(pages[1]) * Environment.SystemPageSize, Number(pages[2]) * Environment.SystemPageSize);
    }

    private ILookup<int, int> Children()
    {
        lock (_gate)
        {
            if (_childrenRead is { } read && time.GetElapsedTime(read) < Fresh)
                return _children;
            _childrenRead = time.GetTimestamp();
            return _children = Directory.EnumerateDirectories("/proc")
                .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
                .Where(id => id != 0)
                .ToLookup(ParentOf);
        }
    }

    private static int ParentOf(int processId)
    {
        try
        {
            return (int)Number(Fields(processId)[1]);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    // After the name in parentheses: state, parent, ... user time at 11, system time at 12.
    private static string[] Fields(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private sealed record Reading(long At, double Seconds, Usage Usage);
}
