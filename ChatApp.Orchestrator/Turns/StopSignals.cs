using ChatApp.Orchestrator.Ids;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Turns;

/// <summary>
/// Carries a stop to the replica that runs the turn, at once. Only speed: the wish itself is in PostgreSQL, where the
/// owner finds it with its next heartbeat when Redis is away.
/// </summary>
public sealed class StopSignals(IConnectionMultiplexer redis, TurnSupervisor supervisor) : IHostedService
{
    private static readonly RedisChannel Channel = RedisChannel.Literal("chat:stop");

    public void Send(Guid turnId)
    {
        supervisor.Find(turnId)?.CutShort(TurnEndReason.Stop);
        if (redis.IsConnected)
            _ = redis.GetSubscriber().PublishAsync(Channel, WireId.Format(WireId.Turn, turnId), CommandFlags.FireAndForget);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await redis.GetSubscriber().SubscribeAsync(Channel, Receive);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // The client subscribes by itself once it is connected.
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Receive(RedisChannel channel, RedisValue value)
    {
        if (WireId.Parse(WireId.Turn, value) is { } turnId)
            supervisor.Find(turnId)?.CutShort(TurnEndReason.Stop);
    }
}
