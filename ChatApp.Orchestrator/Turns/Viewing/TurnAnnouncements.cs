using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Events;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Turns.Viewing;

/// <summary>Hears through Redis that a turn that runs elsewhere has new events, for as long as it tells its owner that somebody listens.</summary>
internal sealed class TurnAnnouncements(Guid turnId, TurnSignals signals, IConnectionMultiplexer redis, TimeProvider time)
{
    private readonly RedisChannel _channel = TurnLog.AnnouncementsOf(turnId);
    private readonly AsyncAutoResetEvent _announced = new();
    private long? _watchedAt;

    public async Task TrySubscribeAsync()
    {
        try
        {
            await redis.GetSubscriber().SubscribeAsync(_channel, Hear);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // Then the journal is asked.
        }
    }

    /// <summary>Also to be called where it could not be subscribed: the client keeps the handler, for when it is connected.</summary>
    public void TryUnsubscribe()
    {
        try
        {
            _ = redis.GetSubscriber().UnsubscribeAsync(_channel, Hear, CommandFlags.FireAndForget);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // The handler is gone all the same.
        }
    }

    /// <summary>Tells the owner, unless it knows: events are announced only for those who say that they look.</summary>
    public void Watch()
    {
        if (_watchedAt is { } at && time.GetElapsedTime(at) < TurnLog.WatchLifetime / 2)
            return;
        _watchedAt = time.GetTimestamp();
        signals.Watch(turnId);
    }

    /// <returns>False when nothing was announced in time.</returns>
    public Task<bool> WaitAsync(TimeSpan patience, CancellationToken cancellationToken) => _announced.WaitAsync(patience, time, cancellationToken);

    private void Hear(RedisChannel channel, RedisValue number) => _announced.Set();
}
