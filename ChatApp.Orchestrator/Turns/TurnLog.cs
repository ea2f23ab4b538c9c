using ChatApp.Orchestrator.V1;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Turns;

/// <summary>
/// The fast half of a turn's log: a bounded, expiring list in Redis that every replica can tail. Appending is fenced by
/// the lease's epoch and idempotent by event number, so a retry after a timeout neither doubles nor reorders.
/// </summary>
/// <remarks>Lists, hashes, Lua and pub/sub only: what Redis and Garnet both have.</remarks>
public sealed class TurnLog(IConnectionMultiplexer redis, IOptions<TurnOptions> options)
{
    // KEYS: meta, list. ARGV: epoch, number of the first event given, lifetime in ms, longest list, events...
    // Returns the number of the last event in the log, or -1 when a newer owner holds the turn.
    // The caller goes on from the returned number: below its first event means that Redis lost some.
    private const string AppendScript =
        """
        local meta = redis.call('HMGET', KEYS[1], 'epoch', 'last')
        local epoch = tonumber(meta[1] or '0') or 0
        if epoch > tonumber(ARGV[1]) then return -1 end
        local last = tonumber(meta[2] or '0') or 0
        if last == 0 then redis.call('DEL', KEYS[2]) end
        local first = tonumber(ARGV[2])
        if first <= last + 1 then
            for i = 5 + (last + 1 - first), #ARGV do
                redis.call('RPUSH', KEYS[2], ARGV[i])
                last = last + 1
            end
        end
        redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'last', tostring(last))
        redis.call('LTRIM', KEYS[2], -tonumber(ARGV[4]), -1)
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        redis.call('PEXPIRE', KEYS[2], ARGV[3])
        return last
        """;

    private readonly RedisValue _lifetime = (long)options.Value.LogLifetime.TotalMilliseconds;
    private readonly RedisValue _length = options.Value.LogLength;

    /// <summary>False while the connection is known to be down: then there is no point in trying.</summary>
    public bool IsConnected => redis.IsConnected;

    /// <summary>The channel on which appends to a turn are announced.</summary>
    public static RedisChannel Channel(Guid turnId) => RedisChannel.Literal($"chat:turn:{turnId:N}");

    /// <summary>Appends consecutive events.</summary>
    /// <returns>The number of the last event that the log now has. Less than that of the last event given: Redis lost
    /// earlier ones, and the caller has to append from there.</returns>
    /// <exception cref="FencedException">Another replica owns the turn.</exception>
    /// <exception cref="RedisException">Redis is away.</exception>
    /// <exception cref="TimeoutException">Redis is slow or away; the append may have happened.</exception>
    public async Task<long> AppendAsync(Guid turnId, long epoch, IReadOnlyList<TurnEvent> events)
    {
        var arguments = new RedisValue[4 + events.Count];
        arguments[0] = epoch;
        arguments[1] = events.Count > 0 ? events[0].Number : long.MaxValue / 4;
        arguments[2] = _lifetime;
        arguments[3] = _length;
        for (var i = 0; i < events.Count; i++)
            arguments[4 + i] = events[i].ToByteArray();

        var database = redis.GetDatabase();
        var last = (long)await database.ScriptEvaluateAsync(AppendScript, [MetaKey(turnId), ListKey(turnId)], arguments);
        if (last < 0)
            throw new FencedException(turnId);

        // Only a hint to look: a lost one costs a tailing replica its poll interval.
        _ = database.PublishAsync(Channel(turnId), last, CommandFlags.FireAndForget);
        return last;
    }

    /// <summary>Locks out every owner before this one.</summary>
    /// <exception cref="FencedException">A later owner came first.</exception>
    public Task FenceAsync(Guid turnId, long epoch) => AppendAsync(turnId, epoch, []);

    /// <summary>Consecutive events after <paramref name="after"/>; empty when there are none, or when the log no longer reaches back that far.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    /// <exception cref="TimeoutException">Redis is slow or away.</exception>
    public async Task<IReadOnlyList<TurnEvent>> ReadAsync(Guid turnId, long after)
    {
        var database = redis.GetDatabase();
        var key = ListKey(turnId);
        // Until the list is trimmed, which a normal turn never sees, event N is at index N - 1.
        var events = Parse(await database.ListRangeAsync(key, after, -1));
        if (events.Count > 0 && events[0].Number != after + 1)
            events = Parse(await database.ListRangeAsync(key, 0, -1));

        var consecutive = new List<TurnEvent>(events.Count);
        foreach (var turnEvent in events)
        {
            if (turnEvent.Number == after + consecutive.Count + 1)
                consecutive.Add(turnEvent);
        }

        return consecutive;
    }

    private static List<TurnEvent> Parse(RedisValue[] values) => [.. values.Select(value => TurnEvent.Parser.ParseFrom((byte[])value!))];

    // One hash tag per turn: both keys of a turn are in the same slot of a cluster.
    private static RedisKey MetaKey(Guid turnId) => $"chat:{{turn:{turnId:N}}}:meta";

    private static RedisKey ListKey(Guid turnId) => $"chat:{{turn:{turnId:N}}}:log";
}
