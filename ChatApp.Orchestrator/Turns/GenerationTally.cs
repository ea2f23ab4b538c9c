using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Turns;

/// <summary>What a turn's generations used and how long they took.</summary>
public sealed class GenerationTally
{
    private long _firstTokenAt;

    /// <summary>The model that answered, as the catalogue names it.</summary>
    public string Model { get; set; } = "";
    public string Upstream { get; set; } = "";
    public int InputTokens { get; private set; }
    public int CachedTokens { get; private set; }
    public int OutputTokens { get; private set; }

    /// <summary>Money, in the currency of the configured prices.</summary>
    public decimal Cost { get; private set; }

    /// <summary>Model runs, counting those that continued a broken one.</summary>
    public int Generations { get; set; }

    /// <summary>Where the turn's time went.</summary>
    public TimeSpent Spent { get; } = new();

    public bool HasFirstToken => Volatile.Read(ref _firstTokenAt) != 0;

    public void FirstToken(long timestamp)
    {
        if (_firstTokenAt == 0)
            _firstTokenAt = timestamp;
    }

    public void Add(TokenUsage usage)
    {
        InputTokens += usage.InputTokens;
        CachedTokens += usage.CachedTokens;
        OutputTokens += usage.OutputTokens;
        Cost += usage.Cost;
    }

    public Usage ToUsage() => new() { InputTokens = InputTokens, CachedTokens = CachedTokens, OutputTokens = OutputTokens };

    public Timings ToTimings(TimeProvider time, long startedAt)
    {
        var now = time.GetTimestamp();
        var decode = _firstTokenAt == 0 ? TimeSpan.Zero : time.GetElapsedTime(_firstTokenAt, now);
        return new Timings
        {
            TimeToFirstTokenMs = _firstTokenAt == 0 ? 0 : time.GetElapsedTime(startedAt, _firstTokenAt).TotalMilliseconds,
            TokensPerSecond = decode > TimeSpan.Zero && OutputTokens > 1 ? (OutputTokens - 1) / decode.TotalSeconds : 0,
            TotalMs = time.GetElapsedTime(startedAt, now).TotalMilliseconds,
            Parts = Spent.ToParts(),
        };
    }
}
