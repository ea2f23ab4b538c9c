using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ChatApp.Tests.Orchestrator.Turns;

public sealed class TurnWriterTests : GraphTest
{
    [Test]
    public async Task A_turn_pauses_rather_than_be_a_second_ahead_of_its_journal()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Graph.Stores.Redis);
        var options = new TurnOptions();
        using var log = new TurnLog(redis, TimeProvider.System, Options.Create(options), NullLogger<TurnLog>.Instance);
        await log.StartAsync(CancellationToken.None);
        var clock = new Clock();
        var hurried = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writer = new TurnWriter(Record(), [new TurnEvent { Number = 1, Started = new TurnStarted() }], log, options, clock, () => hurried.TrySetResult());
        await using var shown = writer.Feed.ReadAsync(0, CancellationToken.None).GetAsyncEnumerator();
        var running = writer.RunAsync(CancellationToken.None);

        await writer.WriteAsync(Text("one "), CancellationToken.None);
        (await NextAsync(shown)).ShouldBe(1);
        (await NextAsync(shown)).ShouldBe(2);
        clock.Now += options.DraftLimit;
        await writer.WriteAsync(Text("two "), CancellationToken.None);
        await hurried.Task;
        writer.Feed.Last.ShouldBe(2, "what would be too far ahead is not shown");

        var entry = writer.Unpersisted().ShouldNotBeNull();
        writer.Journaled(new JournalState(entry.TurnId, entry.LastNumber, Fenced: false), entry.LastNumber, clock.GetTimestamp());
        (await NextAsync(shown)).ShouldBe(3);
        writer.Complete();
        await running;

        // The end goes with the rest of what is stored with it, and never by itself.
        writer.NumberLast(new TurnEvent { Ended = new TurnEnded() });
        writer.Unpersisted().ShouldNotBeNull().LastNumber.ShouldBe(3);
        writer.Journaled(new JournalState(entry.TurnId, 3, Fenced: false), 3, clock.GetTimestamp());
        writer.Unpersisted().ShouldBeNull();
        await log.StopAsync(CancellationToken.None);
    }

    private static async Task<long> NextAsync(IAsyncEnumerator<TurnEvent> events)
    {
        (await events.MoveNextAsync()).ShouldBeTrue();
        return events.Current.Number;
    }

    private static TurnEvent Text(string text) => new() { Text = new TextDelta { Text = text } };

    private static TurnRecord Record()
    {
        var id = Guid.NewGuid();
        return new TurnRecord
        {
            Id = id,
            ConversationId = id,
            UserId = "",
            ContentHash = [],
            Status = TurnStatus.Running,
            Request = "{}",
            UserMessageId = id,
            AssistantMessageId = id,
            LeaseEpoch = 1,
            LastNumber = 1,
        };
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
