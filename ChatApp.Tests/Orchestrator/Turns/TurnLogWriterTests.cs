using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ChatApp.Tests.Orchestrator.Turns;

/// <summary>A turn's list in the real server of the Redis protocol, with owners that come and go.</summary>
public sealed class TurnLogWriterTests : GraphTest
{
    private static readonly TurnOptions s_options = new() { LogLength = 100 };

    private ConnectionMultiplexer _redis = null!;
    private TurnLog _log = null!;

    [OneTimeSetUp]
    public async Task StartLog()
    {
        _redis = await ConnectionMultiplexer.ConnectAsync(Graph.Stores.Redis);
        _log = await StartAsync(_redis);
    }

    [OneTimeTearDown]
    public async Task StopLog()
    {
        await _log.StopAsync(CancellationToken.None);
        _log.Dispose();
        await _redis.DisposeAsync();
    }

    [Test]
    public async Task Whoever_takes_over_has_what_was_appended_and_the_former_owner_is_refused()
    {
        var turn = Guid.NewGuid();
        var first = new Owner(this, turn, 1);
        await first.AppendAsync(5);

        await _log.FenceAsync(turn, 2);

        (await ReadAsync(turn, 2)).ShouldBe([1, 2, 3, 4, 5]);
        await Should.ThrowAsync<FencedException>(() => first.AppendAsync(1));
        await Should.ThrowAsync<FencedException>(() => _log.ReadAsync(turn, 1, 0), "who tails the former owner is told to go on");
        (await ReadAsync(turn, 2)).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Test]
    public async Task An_owner_who_could_not_lock_out_the_ones_before_does_not_break_the_chain()
    {
        var turn = Guid.NewGuid();
        var first = new Owner(this, turn, 1);
        await first.AppendAsync(3);

        // Redis was away when the second took over and died.
        await _log.FenceAsync(turn, 3);

        (await ReadAsync(turn, 3)).ShouldBe([1, 2, 3]);
        await Should.ThrowAsync<FencedException>(() => first.AppendAsync(1));
        await Should.ThrowAsync<FencedException>(() => _log.FenceAsync(turn, 2));
        await Should.ThrowAsync<FencedException>(() => new Owner(this, turn, 2).AppendAsync(1), "writing the list anew is refused as well");
    }

    [Test]
    public async Task A_new_owner_writes_on_after_what_it_recovered()
    {
        var turn = Guid.NewGuid();
        await new Owner(this, turn, 1).AppendAsync(4);
        await _log.FenceAsync(turn, 2);

        await new Owner(this, turn, 2, recovered: 4).AppendAsync(2);

        (await ReadAsync(turn, 2)).ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Test]
    public async Task What_redis_lost_is_written_anew_with_the_next_append()
    {
        var turn = Guid.NewGuid();
        var owner = new Owner(this, turn, 1);
        await owner.AppendAsync(4);
        await _redis.GetDatabase().KeyDeleteAsync(await KeyAsync(turn));

        await owner.AppendAsync(1);

        (await ReadAsync(turn, 1)).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Test]
    public async Task An_append_that_happened_twice_is_mended_with_the_next_one()
    {
        var turn = Guid.NewGuid();
        var owner = new Owner(this, turn, 1);
        await owner.AppendAsync(2);
        await _log.AppendAsync(turn, 1, owner.Events.Skip(1).ToList());
        (await ReadAsync(turn, 1)).ShouldBe([1, 2], "a reader takes each number once");

        await owner.AppendAsync(2);

        (await ReadAsync(turn, 1)).ShouldBe([1, 2, 3, 4]);
        (await _redis.GetDatabase().ListLengthAsync(await KeyAsync(turn))).ShouldBe(4);
    }

    [Test]
    public async Task A_long_list_is_shortened_and_its_end_is_still_read_by_number()
    {
        var turn = Guid.NewGuid();
        var owner = new Owner(this, turn, 1);
        for (var i = 0; i < 30; i++)
            await owner.AppendAsync(20);

        (await _redis.GetDatabase().ListLengthAsync(await KeyAsync(turn))).ShouldBeInRange(s_options.LogLength, 2 * s_options.LogLength);
        (await ReadAsync(turn, 1, after: 590)).ShouldBe(Enumerable.Range(591, 10).Select(number => (long)number));
        (await ReadAsync(turn, 1, after: 3)).ShouldBeEmpty("that is in the journal alone");
    }

    [Test]
    public async Task A_list_expires()
    {
        var turn = Guid.NewGuid();
        await new Owner(this, turn, 1).AppendAsync(1);

        (await _redis.GetDatabase().KeyTimeToLiveAsync(await KeyAsync(turn))).ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.FromMinutes(1));
    }

    private static async Task<TurnLog> StartAsync(ConnectionMultiplexer redis)
    {
        var log = new TurnLog(redis, TimeProvider.System, Options.Create(s_options), NullLogger<TurnLog>.Instance);
        await log.StartAsync(CancellationToken.None);
        return log;
    }

    private async Task<List<long>> ReadAsync(Guid turn, long epoch, long after = 0) => [.. (await _log.ReadAsync(turn, epoch, after)).Select(e => e.Number)];

    private async Task<RedisKey> KeyAsync(Guid turn)
    {
        await foreach (var key in _redis.GetServers()[0].KeysAsync(pattern: $"*{turn:N}*"))
            return key;
        throw new AssertionException("The turn has no list.");
    }

    private sealed class Owner(TurnLogWriterTests test, Guid turn, long epoch, int recovered = 0)
    {
        private readonly TurnLogWriter _list = new(Record(turn, epoch), test._log, s_options, TimeProvider.System);

        public List<TurnEvent> Events { get; } = [.. Enumerable.Range(1, recovered).Select(Event)];

        public async Task AppendAsync(int count)
        {
            var fresh = Enumerable.Range(Events.Count + 1, count).Select(Event).ToList();
            Events.AddRange(fresh);
            (await _list.TryAppendAsync(fresh, () => Events)).ShouldBeTrue();
        }

        private static TurnEvent Event(int number) => new() { Number = number, Text = new TextDelta { Text = $"{number}" } };

        private static TurnRecord Record(Guid id, long epoch) => new()
        {
            Id = id,
            ConversationId = id,
            UserId = "",
            ContentHash = [],
            Status = TurnStatus.Running,
            Request = "{}",
            UserMessageId = id,
            AssistantMessageId = id,
            LeaseEpoch = epoch,
        };
    }
}
