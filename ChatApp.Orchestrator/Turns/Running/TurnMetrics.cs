using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Tools;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>What turns are measured by: how many, how they end, how long they take and on what. docs/observability.md names them.</summary>
internal static class TurnMetrics
{
    public const string MeterName = "ChatApp.Turns";

    private static readonly double[] FirstTokenBounds = [.05, .1, .25, .5, .75, 1, 1.5, 2, 2.5, 5, 7.5, 10, 20, 30, 60];
    private static readonly double[] DurationBounds = [.1, .25, .5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];

    private static readonly (string Status, string Fault)[] Ends =
    [
        (TurnStatus.Completed, TurnFault.None), (TurnStatus.Stopped, TurnFault.None), (TurnStatus.Blocked, TurnFault.None),
        (TurnStatus.Failed, TurnFault.Caller), (TurnStatus.Failed, TurnFault.Service), (TurnStatus.Interrupted, TurnFault.Service),
    ];

    private static readonly string[] CallStatuses = [ToolStatus.Succeeded, ToolStatus.Failed, ToolStatus.Unknown];

    private static readonly ConcurrentDictionary<GenerationTally, byte> Active = [];
    private static readonly Meter Meter = new(MeterName);

    private static readonly TurnCounter EndedTurns = new(Meter, "chatapp.turns.ended", "{turn}", "Turns that ended, and whose fault it is when they did not as they should.",
        [.. Ends.Select(end => (KeyValuePair<string, object?>[])[new("status", end.Status), new("fault", end.Fault)])]);

    private static readonly (string Reason, string Log)[] Changes = [("silent", "read"), ("silent", "away"), ("handover", "read"), ("handover", "away")];

    private static readonly TurnCounter Takeovers = new(Meter, "chatapp.turns.takeovers", "{turn}",
        "Turns taken over from a replica that went silent or handed them over, by whether their log in Redis could be read.",
        [.. Changes.Select(change => (KeyValuePair<string, object?>[])[new("reason", change.Reason), new("log", change.Log)])]);

    private static readonly TurnCounter DraftsLost = new(Meter, "chatapp.turns.drafts_lost", "{draft}", "Answers of which a viewer was shown text that is not stored.");

    private static readonly TurnCounter ToolCalls = new(Meter, "chatapp.turns.tool_calls", "{call}", "Tool calls that came to an end, by outcome.",
        [.. CallStatuses.Select(status => (KeyValuePair<string, object?>[])[new("status", status)])]);

    private static readonly Histogram<double> FirstToken = Meter.CreateHistogram("chatapp.turn.time_to_first_token", "s",
        "From a turn's start to the first token that a viewer could see.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = FirstTokenBounds });

    private static readonly Histogram<double> Duration = Meter.CreateHistogram("chatapp.turn.duration", "s",
        "From a turn's start to its stored end.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBounds });

    private static readonly Counter<double> Spent = Meter.CreateCounter<double>("chatapp.turn.time", "s", "Where the time of turns went, by part.");

    static TurnMetrics()
    {
        Meter.CreateObservableGauge("chatapp.turns.running", () => Active.Count, "{turn}", "Turns that run here.");
        Meter.CreateObservableGauge("chatapp.turns.waiting", () => Active.Keys.Count(tally => !tally.HasFirstToken), "{turn}", "Of them, turns that wait for their first token.");
    }

    /// <summary>Makes the instruments: before the first turn they are there, and say nought.</summary>
    public static void Appear() => RuntimeHelpers.RunClassConstructor(typeof(TurnMetrics).TypeHandle);

    /// <summary>A turn runs until what is returned is disposed.</summary>
    public static IDisposable Running(GenerationTally tally)
    {
        Active.TryAdd(tally, 0);
        return new Run(tally);
    }

    /// <summary>A turn's end is stored.</summary>
    /// <param name="outcome">How it ended.</param>
    /// <param name="shown">The events that viewers were shown.</param>
    /// <param name="stored">The events that are stored.</param>
    public static void Ended(TurnOutcome outcome, IReadOnlyList<TurnEvent> shown, IReadOnlyList<TurnEvent> stored)
    {
        var end = (outcome.Status, TurnFault.Of(outcome.Status, outcome.Error));
        if (Array.IndexOf(Ends, end) is var known and >= 0)
            EndedTurns.Count(known);
        if (!LostDraft.IsStored(shown, stored))
            DraftsLost.Count();

        Duration.Record(outcome.Timings.TotalMs / 1000, new KeyValuePair<string, object?>("status", outcome.Status));
        if (outcome.Timings.TimeToFirstTokenMs > 0)
            FirstToken.Record(outcome.Timings.TimeToFirstTokenMs / 1000);
        if (outcome.Timings.Parts is { } parts)
            Add(parts);
    }

    /// <param name="turn">As it was claimed: one that was only ever handed over counts no takeover.</param>
    /// <param name="isLogRead">Its log in Redis could be read.</param>
    public static void TakenOver(TurnRecord turn, bool isLogRead) =>
        Takeovers.Count(Array.IndexOf(Changes, (turn.Takeovers > 0 ? "silent" : "handover", isLogRead ? "read" : "away")));

    /// <summary>A viewer says that it has seen more events than the turn has.</summary>
    public static void SeenBeyondTheEnd(long leaseEpoch)
    {
        if (LostDraft.IsLost(leaseEpoch))
            DraftsLost.Count();
    }

    public static void ToolCalled(string status)
    {
        if (Array.IndexOf(CallStatuses, status) is var known and >= 0)
            ToolCalls.Count(known);
    }

    private static void Add(TimeParts parts)
    {
        Add("prompt", parts.PromptMs);
        Add("retrieval", parts.RetrievalMs);
        Add("queue", parts.QueueMs);
        Add("prefill", parts.PrefillMs);
        Add("decode", parts.DecodeMs);
        Add("model_first_token", parts.ModelFirstTokenMs);
        Add("model_rest", parts.ModelRestMs);
        Add("tools", parts.ToolsMs);
    }

    private static void Add(string part, double milliseconds) => Spent.Add(milliseconds / 1000, new KeyValuePair<string, object?>("part", part));

    private sealed class Run(GenerationTally tally) : IDisposable
    {
        public void Dispose() => Active.TryRemove(tally, out _);
    }
}

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

/// <summary>Whose fault a turn's end is, for the share of turns that the service failed.</summary>
internal static class TurnFault
{
    public const string None = "none";

    /// <summary>What was asked can't be done: too long, a model that there is not.</summary>
    public const string Caller = "caller";
    public const string Service = "service";

    public static string Of(string status, Error? error) => status switch
    {
        TurnStatus.Interrupted => Service,
        TurnStatus.Failed => error?.Type == "invalid_request_error" ? Caller : Service,
        _ => None,
    };
}

/// <summary>Notices that a viewer was shown what is not in the stored answer. Nothing repairs that; it is counted, and must be nought.</summary>
internal static class LostDraft
{
    /// <summary>Whether the events that were shown are, unchanged, the beginning of those that were stored.</summary>
    public static bool IsStored(IReadOnlyList<TurnEvent> shown, IReadOnlyList<TurnEvent> stored)
    {
        if (shown.Count > stored.Count)
            return false;
        for (var i = 0; i < shown.Count; i++)
        {
            if (!ReferenceEquals(shown[i], stored[i]) && !shown[i].Equals(stored[i]))
                return false;
        }

        return true;
    }

    /// <summary>
    /// Whether a viewer that has seen more events than the turn has was shown what a takeover then lacked. Of a turn with one owner nobody
    /// can have: there the viewer's number is made up.
    /// </summary>
    public static bool IsLost(long leaseEpoch) => leaseEpoch > 1;
}
