using System.Diagnostics.Metrics;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.Turns.Running;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Tests.Orchestrator.Turns;

/// <summary>What the meter of turns says. Tests that run turns do so in other processes: what rises here, these tests raised.</summary>
public sealed class TurnMetricsTests
{
    [Test]
    public void Every_series_that_a_rule_reads_is_there_before_the_first_turn()
    {
        TurnMetrics.Appear();

        var now = Read();

        foreach (var series in (string[])["chatapp.turns.drafts_lost", "chatapp.turns.takeovers{reason=silent,log=away}", "chatapp.turns.takeovers{reason=handover,log=read}", "chatapp.turns.running", "chatapp.turns.waiting",
            "chatapp.turns.ended{status=Completed,fault=none}", "chatapp.turns.ended{status=Failed,fault=service}", "chatapp.turns.ended{status=Interrupted,fault=service}", "chatapp.turns.tool_calls{status=failed}"])
            now.ShouldContainKey(series);
    }

    [TestCase(TurnStatus.Failed, "invalid_request_error", "caller")]
    [TestCase(TurnStatus.Failed, "server_error", "service")]
    [TestCase(TurnStatus.Failed, "", "service")]
    [TestCase(TurnStatus.Interrupted, "server_error", "service")]
    [TestCase(TurnStatus.Stopped, null, "none")]
    [TestCase(TurnStatus.Completed, null, "none")]
    public void A_turn_counts_against_us_only_when_it_failed_by_us(string status, string? type, string fault)
    {
        var series = $"chatapp.turns.ended{{status={status},fault={fault}}}";
        var before = Read();

        TurnMetrics.Ended(Outcome(status, type is null ? null : new Error { Type = type }), [], []);

        var after = Read();
        after[series].ShouldBe(before[series] + 1);
        after.Where(entry => entry.Key.StartsWith("chatapp.turns.ended", StringComparison.Ordinal)).Sum(entry => entry.Value - before[entry.Key]).ShouldBe(1);
    }

    [Test]
    public void A_turn_waits_until_its_first_token_and_runs_until_its_end()
    {
        var before = Read();
        var tally = new GenerationTally();

        using (TurnMetrics.Running(tally))
        {
            (Risen("chatapp.turns.running"), Risen("chatapp.turns.waiting")).ShouldBe((1, 1));
            tally.FirstToken(1);
            (Risen("chatapp.turns.running"), Risen("chatapp.turns.waiting")).ShouldBe((1, 0));
        }

        (Risen("chatapp.turns.running"), Risen("chatapp.turns.waiting")).ShouldBe((0, 0));

        double Risen(string series) => Read()[series] - before[series];
    }

    [Test]
    public void An_answer_that_is_stored_with_less_than_was_shown_is_counted_as_lost()
    {
        TurnEvent[] shown = [Text(1, "The tower "), Text(2, "is high.")];

        Lost(shown, [.. shown, Text(3, " Very.")]).ShouldBe(0, "more than was shown may be stored");
        Lost(shown, [Text(1, "The tower "), Text(2, "is high.")]).ShouldBe(0);
        Lost(shown, shown[..1]).ShouldBe(1, "the second event was shown and is not stored");
        Lost(shown, [Text(1, "The tower "), Text(2, "is low.")]).ShouldBe(1, "what was shown is not what is stored");
    }

    [Test]
    public void A_viewer_that_has_seen_more_than_there_is_tells_of_a_loss_only_where_the_turn_changed_hands()
    {
        var before = Read()["chatapp.turns.drafts_lost"];

        TurnMetrics.SeenBeyondTheEnd(leaseEpoch: 1);
        Read()["chatapp.turns.drafts_lost"].ShouldBe(before, "of a turn with one owner the number is made up");
        TurnMetrics.SeenBeyondTheEnd(leaseEpoch: 2);
        Read()["chatapp.turns.drafts_lost"].ShouldBe(before + 1);
    }

    private static double Lost(IReadOnlyList<TurnEvent> shown, IReadOnlyList<TurnEvent> stored)
    {
        var before = Read()["chatapp.turns.drafts_lost"];
        TurnMetrics.Ended(Outcome(TurnStatus.Completed, null), shown, stored);
        return Read()["chatapp.turns.drafts_lost"] - before;
    }

    private static TurnOutcome Outcome(string status, Error? error) =>
        new() { Status = status, Error = error, Model = "scripted", Usage = new Usage(), Timings = new Timings { TotalMs = 10 }, Receipt = "{}" };

    private static TurnEvent Text(long number, string text) => new() { Number = number, Text = new TextDelta { Text = text } };

    /// <summary>What a scrape would see of the observable instruments, by name and tags.</summary>
    private static Dictionary<string, double> Read()
    {
        TurnMetrics.Appear();
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == TurnMetrics.MeterName && instrument.IsObservable)
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen[Series(instrument, tags)] = value);
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => seen[Series(instrument, tags)] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }

    private static string Series(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        tags.Length == 0 ? instrument.Name : $"{instrument.Name}{{{string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}}}";
}
