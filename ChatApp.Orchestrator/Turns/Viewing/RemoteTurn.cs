using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Starting;
using ChatApp.Orchestrator.V1;
using ChatApp.ServiceDefaults.Storage;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Turns.Viewing;

/// <summary>
/// A turn that another replica runs, as seen from here: one reader of its logs, whatever number of viewers. Redis announces
/// new events; when it is silent or away the journal is asked, which a turn's end reaches in any case.
/// </summary>
internal sealed class RemoteTurn(
    string owner, Guid turnId, long epoch, TurnLog log, TurnJournal journal, TurnStore store, TurnSignals signals, IConnectionMultiplexer redis, TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollIntervalWithoutRedis = TimeSpan.FromMilliseconds(250);

    private readonly Nudge _announced = new();
    private long _epoch = epoch;
    private long? _watchedAt;

    public TurnFeed Feed { get; } = new();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var channel = TurnLog.AnnouncementsOf(turnId);
        await TrySubscribeAsync(channel);
        try
        {
            await FollowAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The last viewer left.
        }
        finally
        {
            Feed.Close();
            // Also where it could not be subscribed: the client keeps the handler, for when it is connected.
            TryUnsubscribe(channel);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var askJournal = true;
        while (true)
        {
            Watch();
            var fresh = await ReadAsync(askJournal, cancellationToken);
            Feed.Publish(fresh);
            if (fresh.Count > 0 && fresh[^1].EventCase == TurnEvent.EventOneofCase.Ended)
                return;

            var interval = log.IsConnected ? PollInterval : PollIntervalWithoutRedis;
            askJournal = !await _announced.WaitAsync(interval, time, cancellationToken) || !log.IsConnected;
        }
    }

    private async Task<IReadOnlyList<TurnEvent>> ReadAsync(bool askJournal, CancellationToken cancellationToken)
    {
        var after = Feed.Last;
        var fresh = await TryReadLogAsync(after);
        if (fresh.Count > 0 || !askJournal)
            return fresh;

        try
        {
            var stored = await journal.ReadAsync(owner, turnId, after, cancellationToken);
            // Redis should have had them first: perhaps under a later owner's name.
            if (stored.Count > 0 && log.IsConnected)
                _epoch = (await store.GetAsync(owner, turnId, cancellationToken)).LeaseEpoch;
            return stored;
        }
        catch (Exception exception) when (TransientFailures.IsTransient(exception))
        {
            await Task.Delay(PollIntervalWithoutRedis, time, cancellationToken);
            return [];
        }
    }

    private async Task<IReadOnlyList<TurnEvent>> TryReadLogAsync(long after)
    {
        if (!log.IsConnected)
            return [];
        try
        {
            while (true)
            {
                try
                {
                    return await log.ReadAsync(turnId, _epoch, after);
                }
                catch (FencedException)
                {
                    _epoch++;
                }
            }
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return [];
        }
    }

    // Events are announced for those who say that they look.
    private void Watch()
    {
        if (_watchedAt is { } at && time.GetElapsedTime(at) < TurnLog.WatchLifetime / 2)
            return;
        _watchedAt = time.GetTimestamp();
        signals.Watch(turnId);
    }

    private async Task TrySubscribeAsync(RedisChannel channel)
    {
        try
        {
            await redis.GetSubscriber().SubscribeAsync(channel, Announce);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // Then the journal is asked.
        }
    }

    private void TryUnsubscribe(RedisChannel channel)
    {
        try
        {
            _ = redis.GetSubscriber().UnsubscribeAsync(channel, Announce, CommandFlags.FireAndForget);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // The handler is gone all the same.
        }
    }

    private void Announce(RedisChannel channel, RedisValue number) => _announced.Give();
}
