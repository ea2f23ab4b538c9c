using System.Diagnostics.Metrics;
using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Inference.Engine.Metrics;

/// <summary>Distributions of one engine in seconds (tokens for <see cref="IterationTokens"/>), and requests ended by reason.</summary>
public sealed class EngineMetrics
{
    /// <summary>Name of the OpenTelemetry meter.</summary>
    public const string MeterName = "ChatApp.Inference";

    private static readonly double[] Latency =
        [.001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10];

    private static readonly double[] PerToken = [.01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5];
    private static readonly double[] Request = [.01, .05, .1, .3, .5, .8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240];
    private static readonly double[] Tokens = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192];

    private readonly long[] _ended = new long[Enum.GetValues<FinishReason>().Length];

    internal EngineMetrics(string model, Meter? meter = null)
    {
        var tag = new KeyValuePair<string, object?>("gen_ai.request.model", model);
        EngineHistogram Exported(string name, double[] bounds) =>
            new(bounds, meter?.CreateHistogram(name, "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds }), tag);

        TimeToFirstToken = Exported("gen_ai.server.time_to_first_token", Latency);
        InterToken = Exported("gen_ai.server.time_per_output_token", PerToken);
        EndToEnd = Exported("gen_ai.server.request.duration", Request);
    }

    /// <summary>From submission to a choice's first token.</summary>
    public EngineHistogram TimeToFirstToken { get; }

    /// <summary>Between tokens of a choice.</summary>
    public EngineHistogram InterToken { get; }

    /// <summary>From submission to the end of the last choice.</summary>
    public EngineHistogram EndToEnd { get; }

    /// <summary>From submission to a lane.</summary>
    public EngineHistogram Queue { get; } = new(Request);

    /// <summary>From a lane to the first token.</summary>
    public EngineHistogram Prefill { get; } = new(Request);

    /// <summary>From the first token to the last.</summary>
    public EngineHistogram Decode { get; } = new(Request);

    /// <summary>Tokens computed per step.</summary>
    public EngineHistogram IterationTokens { get; } = new(Tokens);

    /// <summary>Choices that ended for a reason.</summary>
    public long Ended(FinishReason reason) => Volatile.Read(ref _ended[(int)reason]);

    internal void End(FinishReason reason) => Volatile.Write(ref _ended[(int)reason], _ended[(int)reason] + 1);
}
