using System.Diagnostics.Metrics;

namespace ChatApp.Orchestrator.Turns;

/// <summary>
/// A counter all of whose series exist from the start, at zero: a rule can't tell a series that is missing from one that never
/// rises, and a rate does not see the step from nothing to one.
/// </summary>
internal sealed class TurnCounter
{
    private readonly long[] _counts;

    /// <param name="meter">Of which it is an instrument.</param>
    /// <param name="name">Its name.</param>
    /// <param name="unit">What is counted.</param>
    /// <param name="description">For whoever reads a scrape.</param>
    /// <param name="series">The tags of each series; none: one series without tags.</param>
    public TurnCounter(Meter meter, string name, string unit, string description, params KeyValuePair<string, object?>[][] series)
    {
        KeyValuePair<string, object?>[][] known = series.Length == 0 ? [[]] : series;
        _counts = new long[known.Length];
        meter.CreateObservableCounter(name, () => known.Select((tags, index) => new Measurement<long>(Volatile.Read(ref _counts[index]), tags)), unit, description);
    }

    public void Count(int series = 0) => Interlocked.Increment(ref _counts[series]);
}
