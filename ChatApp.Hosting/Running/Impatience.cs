using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ChatApp.Hosting.Running;

/// <summary>A second Ctrl+C does not wait for draining: this process ends at once, and the guard stops the children.</summary>
internal sealed class Impatience(TimeProvider time)
{
    /// <summary>Two signals this close are one request, passed on by a parent too.</summary>
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(1);

    private long? _first;

    public void OnInterrupt(PosixSignalContext context)
    {
        context.Cancel = true;
        _first ??= time.GetTimestamp();
        if (time.GetElapsedTime(_first.Value) < Echo)
            return;
        Console.Error.WriteLine("Stopping at once.");
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
