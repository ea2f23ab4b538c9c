using System.Runtime.InteropServices;

namespace ChatApp.Inference.Embeddings;

/// <summary>Leaves the processor to all others.</summary>
internal static partial class IdlePriority
{
    private const int SchedIdle = 5;

    /// <summary>The calling thread runs when nothing else wants to, from now on.</summary>
    public static void Take()
    {
        Thread.CurrentThread.Priority = ThreadPriority.Lowest;
        // .NET's priorities mean nothing to Linux. A thread may always ask for less.
        var none = 0;
        if (OperatingSystem.IsLinux())
            _ = SetScheduler(0, SchedIdle, in none);
    }

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, in int priority);
}
