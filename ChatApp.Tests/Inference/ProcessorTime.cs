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
}
