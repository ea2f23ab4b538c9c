using System.Diagnostics.Metrics;

namespace ChatApp.Inference.Engine.Metrics;

/// <summary>Cumulative buckets of observations, written by the engine's thread without allocating and read by whoever scrapes.</summary>
public sealed class EngineHistogram
{
    private readonly double[] _bounds;
    private readonly long[] _counts;
    private readonly Histogram<double>? _instrument;
    private readonly KeyValuePair<string, object?> _tag;
    private double _sum;

    internal EngineHistogram(double[] bounds, Histogram<double>? instrument = null, KeyValuePair<string, object?> tag = default)
    {
        _bounds = bounds;
        _counts = new long[bounds.Length + 1];
        _instrument = instrument;
        _tag = tag;
    }

    /// <summary>Upper bounds of the buckets, ascending; one more bucket takes the rest.</summary>
    public IReadOnlyList<double> Bounds => _bounds;

    /// <summary>Sum of all observations.</summary>
    public double Sum => Volatile.Read(ref _sum);

    /// <summary>Observations in a bucket alone (not cumulative).</summary>
    public long Count(int bucket) => Volatile.Read(ref _counts[bucket]);

    internal void Observe(double value)
    {
        var bucket = 0;
        while (bucket < _bounds.Length && value > _bounds[bucket])
            bucket++;
        Volatile.Write(ref _counts[bucket], _counts[bucket] + 1);
        Volatile.Write(ref _sum, _sum + value);
        _instrument?.Record(value, _tag);
    }
}
