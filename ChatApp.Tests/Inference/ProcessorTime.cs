namespace ChatApp.Tests.Inference;

/// <summary>Processor time that this process has used: bounds on work that hold on a busy machine too.</summary>
internal sealed class ProcessorTime
{
    private readonly TimeSpan _began = Environment.CpuUsage.TotalTime;

    private ProcessorTime()
    {
    }

    public TimeSpan Elapsed => Environment.CpuUsage.TotalTime - _began;

    public static ProcessorTime Start() => new();

    /// <summary>The least of three runs: the first one compiles, and another may meet a collection.</summary>
    public static TimeSpan Least(Action action)
    {
        var least = TimeSpan.MaxValue;
        for (var run = 0; run < 3; run++)
        {
            var used = Start();
            action();
            least = least < used.Elapsed ? least : used.Elapsed;
        }
        return least;
    }
}
