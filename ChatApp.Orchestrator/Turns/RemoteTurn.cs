using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.V1;
using ChatApp.ServiceDefaults.Storage;
using Npgsql;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Turns;

/// <summary>
/// A turn that another replica runs, as seen from here: one reader of its logs, whatever number of viewers. Redis announces
/// new events; when it is silent or away the journal is asked, which a turn's end reaches in any case.
/// </summary>
internal sealed class RemoteTurn(
    string owner, Guid turnId, TurnLog log, TurnJournal journal, IConnectionMultiplexer redis, TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollIntervalWithoutRedis = TimeSpan.FromMilliseconds(250);

    private readonly Nudge _announced = new();

    public TurnFeed Feed { get; } = new();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var channel = TurnLog.Channel(turnId);
        var subscribed = await TrySubscribeAsync(channel);
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
            if (subscribed)
                _ = redis.GetSubscriber().UnsubscribeAsync(channel, Announce, CommandFlags.FireAndForget);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var askJournal = true;
        while (true)
        {
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
            return await journal.ReadAsync(owner, turnId, after, cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException || TransientFailures.IsTransient(exception))
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
            return await log.ReadAsync(turnId, after);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return [];
        }
    }

    private async Task<bool> TrySubscribeAsync(RedisChannel channel)
    {
        try
        {
            await redis.GetSubscriber().SubscribeAsync(channel, Announce);
            return true;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return false;
        }
    }

    private void Announce(RedisChannel channel, RedisValue number) => _announced.Give();
}
