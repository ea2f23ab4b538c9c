using ChatApp.Orchestrator.Metering;
using ChatApp.Orchestrator.Tools;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>What a turn's generations used and how long they took.</summary>
internal sealed class GenerationTally
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

/// <summary>Where a turn's time went, added up over its model runs and tool rounds: the answer to "why was this slow".</summary>
internal sealed class TimeSpent
{
    private readonly TimeParts _parts = new();

    /// <summary>The history was loaded, or a prompt was made of it.</summary>
    public void OnPrompt(TimeSpan took) => _parts.PromptMs += took.TotalMilliseconds;

    /// <summary>A round of tools, which run side by side.</summary>
    public void OnTools(TimeSpan took) => _parts.ToolsMs += took.TotalMilliseconds;

    /// <summary>One model run, whatever way it ended.</summary>
    /// <param name="untilFirst">Until its first token, or its end where none came.</param>
    /// <param name="rest">From there on.</param>
    /// <param name="told">What its server measured. Then what the network and the gateway add is none of the parts.</param>
    public void OnModel(TimeSpan untilFirst, TimeSpan rest, GenerationTimes? told)
    {
        if (told is null)
        {
            _parts.ModelFirstTokenMs += untilFirst.TotalMilliseconds;
            _parts.ModelRestMs += rest.TotalMilliseconds;
            return;
        }

        _parts.QueueMs += told.Queue.TotalMilliseconds;
        _parts.PrefillMs += told.Prefill.TotalMilliseconds;
        _parts.DecodeMs += told.Decode.TotalMilliseconds;
    }

    /// <summary>The turn was begun by a replica that took its measurements with it; how long its tools ran is on record.</summary>
    public void FollowEarlierOwner(IEnumerable<ToolStep> finished)
    {
        _parts.Partial = true;
        _parts.ToolsMs += finished.GroupBy(step => step.Round).Sum(round => round.Max(step => step.DurationMs));
    }

    public TimeParts ToParts() => _parts.Clone();
}
