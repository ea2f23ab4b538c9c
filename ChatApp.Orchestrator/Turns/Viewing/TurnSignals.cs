using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.Turns.Running;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Turns.Viewing;

/// <summary>
/// Carries to the replica that runs a turn, at once, that it is to stop, and that somebody tails it from elsewhere. Only
/// speed: a stop is in PostgreSQL, where the owner finds it with its next heartbeat, and whoever tails looks by itself
/// when nothing is announced.
/// </summary>
internal sealed class TurnSignals(IConnectionMultiplexer redis, TurnSupervisor supervisor) : IHostedService
{
    private static readonly RedisChannel StopChannel = RedisChannel.Literal("chat:stop");
    private static readonly RedisChannel WatchChannel = RedisChannel.Literal("chat:watch");

    public void Stop(Guid turnId)
    {
        supervisor.Find(turnId)?.CutShort(TurnEndReason.Stop);
        Send(StopChannel, turnId);
    }

    /// <summary>To be said again within <see cref="TurnLog.WatchLifetime"/>.</summary>
    public void Watch(Guid turnId) => Send(WatchChannel, turnId);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await redis.GetSubscriber().SubscribeAsync(StopChannel, (_, id) => Find(id)?.CutShort(TurnEndReason.Stop));
            await redis.GetSubscriber().SubscribeAsync(WatchChannel, (_, id) => Find(id)?.Writer.Watch());
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // The client subscribes by itself once it is connected.
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Send(RedisChannel channel, Guid turnId)
    {
        if (redis.IsConnected)
            _ = redis.GetSubscriber().PublishAsync(channel, WireId.Format(WireId.Turn, turnId), CommandFlags.FireAndForget);
    }

    private RunningTurn? Find(RedisValue id) => WireId.Parse(WireId.Turn, id) is { } turnId ? supervisor.Find(turnId) : null;
}
