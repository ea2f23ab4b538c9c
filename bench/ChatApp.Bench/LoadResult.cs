namespace ChatApp.Bench;

/// <summary>What a number of concurrent streams saw.</summary>
/// <param name="Streams">Concurrent streams.</param>
/// <param name="TokensPerSecond">While all streams were decoding: from the last first token to the first last token.</param>
/// <param name="TimeToFirstTokenMs">Each stream's.</param>
/// <param name="InterTokenMs">All gaps of all streams.</param>
internal sealed record LoadResult(int Streams, double TokensPerSecond, double[] TimeToFirstTokenMs, double[] InterTokenMs)
{
    /// <summary>Nearest-rank percentile of values.</summary>
    public static double Percentile(double[] values, double percent)
    {
        if (values.Length == 0)
            return double.NaN;
        var sorted = values.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    /// <summary>Puts the times at which each stream's tokens came together.</summary>
    public static LoadResult From(IReadOnlyList<StreamTimes> streams)
    {
        var begin = streams.Max(s => s.Tokens[0]);
        var end = streams.Min(s => s.Tokens[^1]);
        double[] gaps = [.. streams.SelectMany(s => s.Tokens.Zip(s.Tokens.Skip(1), (a, b) => b - a))];

        // One step's tokens reach their streams one after the other: those that follow the closing one at once belong to its step.
        var sameStep = end + Percentile(gaps, 50) / 2;
        var within = streams.Sum(s => s.Tokens.Count(t => t > begin && t <= sameStep));
        return new LoadResult(streams.Count, end > begin ? within / (end - begin) * 1000 : double.NaN, [.. streams.Select(s => s.Tokens[0] - s.Sent)], gaps);
    }
}
