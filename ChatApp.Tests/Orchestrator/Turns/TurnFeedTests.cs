using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Tests.Orchestrator.Turns;

public sealed class TurnFeedTests
{
    [Test]
    public async Task Viewers_at_any_place_get_each_event_once_and_in_order()
    {
        var feed = new TurnFeed();
        var viewers = Enumerable.Range(0, 20).Select(after => ReadAsync(feed, after)).ToArray();

        for (var number = 1; number <= 100; number += 2)
            feed.Publish([Event(number), Event(number + 1)]);
        feed.Close();

        for (var after = 0; after < viewers.Length; after++)
            (await viewers[after]).ShouldBe(Enumerable.Range(after + 1, 100 - after).Select(number => (long)number));
    }

    [Test]
    public void Events_that_are_known_are_skipped_and_a_gap_is_an_error()
    {
        var feed = new TurnFeed();
        feed.Publish([Event(1), Event(2)]);
        feed.Publish([Event(1), Event(2), Event(3)]);

        feed.Last.ShouldBe(3);
        Should.Throw<InvalidOperationException>(() => feed.Publish([Event(5)]));
    }

    [Test]
    public async Task A_viewer_that_leaves_stops_waiting()
    {
        using var gone = new CancellationTokenSource();
        var waiting = Task.Run(async () =>
        {
            await foreach (var _ in new TurnFeed().ReadAsync(0, gone.Token))
            {
            }
        });

        await gone.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
    }

    private static async Task<List<long>> ReadAsync(TurnFeed feed, long after)
    {
        var numbers = new List<long>();
        await foreach (var turnEvent in feed.ReadAsync(after, CancellationToken.None))
            numbers.Add(turnEvent.Number);
        return numbers;
    }

    private static TurnEvent Event(long number) => new() { Number = number, Text = new TextDelta { Text = $"{number}" } };
}
