using System.Threading.Channels;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.V1;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Turns.Events;

/// <summary>
/// The fast half of a turn's log: an expiring list in Redis that every replica can tail. The list's name has the epoch of
/// the lease in it. To append is one <c>RPUSH</c>, whose answer, the length of the list, tells whether all of it is there;
/// whoever takes over renames the list and leaves something else in its place, so that a former owner's append fails.
/// </summary>
/// <remarks>
/// What many turns append at the same time goes to Redis in one round trip. Lists, hashes, pub/sub, and a script for
/// taking over: what Redis and Garnet both have.
/// </remarks>
internal sealed class TurnLog(IConnectionMultiplexer redis, TimeProvider time, IOptions<TurnOptions> options, ILogger<TurnLog> logger) : BackgroundService
{
    /// <summary>How long a turn's events are announced after somebody said to watch it.</summary>
    public static readonly TimeSpan WatchLifetime = TimeSpan.FromSeconds(5);

    private const int MostAtOnce = 1024;
    private const string Gone = "WRONGTYPE";
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(100);

    // KEYS: the lists of all epochs, the new owner's last. ARGV: lifetime in ms.
    // The newest list becomes the new owner's; every earlier name is barred. False when a later owner barred this one's.
    private const string FenceScript =
        """
        local mine = KEYS[#KEYS]
        if redis.call('TYPE', mine).ok == 'hash' then return 0 end
        for i = #KEYS - 1, 1, -1 do
            local kind = redis.call('TYPE', KEYS[i]).ok
            if kind == 'list' then
                if redis.call('EXISTS', mine) == 0 then
                    redis.call('RENAME', KEYS[i], mine)
                    redis.call('PEXPIRE', mine, ARGV[1])
                else
                    redis.call('DEL', KEYS[i])
                end
            end
            redis.call('HSET', KEYS[i], 'gone', '1')
            redis.call('PEXPIRE', KEYS[i], ARGV[1])
        end
        return 1
        """;

    private readonly Channel<Push> _pushes = Channel.CreateUnbounded<Push>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>False while the connection is known to be down: then there is no point in trying.</summary>
    public bool IsConnected => redis.IsConnected;

    /// <summary>The channel on which appends to a turn are announced to those who watch it from elsewhere.</summary>
    public static RedisChannel AnnouncementsOf(Guid turnId) => RedisChannel.Literal($"chat:turn:{turnId:N}");

    /// <summary>Adds consecutive events to a turn's list.</summary>
    /// <returns>The length of the list then.</returns>
    /// <exception cref="FencedException">Another replica owns the turn.</exception>
    /// <exception cref="RedisException">Redis is away.</exception>
    /// <exception cref="TimeoutException">Redis is slow or away; the append may have happened.</exception>
    public async Task<long> AppendAsync(Guid turnId, long epoch, IReadOnlyList<TurnEvent> events)
    {
        var push = new Push(ListKey(turnId, epoch), Values(events));
        if (!_pushes.Writer.TryWrite(push))
            throw new TimeoutException("This replica shuts down.");
        return await Unfenced(turnId, push.Task);
    }

    /// <summary>Writes a turn's list anew.</summary>
    /// <returns>The length of the list then.</returns>
    /// <exception cref="FencedException">Another replica owns the turn.</exception>
    /// <exception cref="RedisException">Redis is away.</exception>
    /// <exception cref="TimeoutException">Redis is slow or away.</exception>
    public async Task<long> RewriteAsync(Guid turnId, long epoch, IReadOnlyList<TurnEvent> events)
    {
        var key = ListKey(turnId, epoch);
        var transaction = redis.GetDatabase().CreateTransaction();
        // Emptied and not deleted: what a later owner left in its place stays, and makes this fail.
        var emptied = transaction.ListTrimAsync(key, 1, 0);
        var length = transaction.ListRightPushAsync(key, Values(events));
        var prolonged = transaction.KeyExpireAsync(key, options.Value.LogLifetime);
        await transaction.ExecuteAsync();
        await Task.WhenAll(emptied, prolonged).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await Unfenced(turnId, length);
    }

    /// <summary>Cuts a turn's list to the longest it may be.</summary>
    /// <returns>The length that it has then.</returns>
    /// <exception cref="RedisException">Redis is away, or another replica owns the turn, as the next append will find.</exception>
    /// <exception cref="TimeoutException">Redis is slow or away.</exception>
    public async Task<long> ShortenAsync(Guid turnId, long epoch)
    {
        var key = ListKey(turnId, epoch);
        await redis.GetDatabase().ListTrimAsync(key, -options.Value.LogLength, -1);
        return await redis.GetDatabase().ListLengthAsync(key);
    }

    /// <summary>Lets a turn's list live for another lifetime; nobody waits for it.</summary>
    public void Prolong(Guid turnId, long epoch) =>
        _ = redis.GetDatabase().KeyExpireAsync(ListKey(turnId, epoch), options.Value.LogLifetime, ExpireWhen.Always, CommandFlags.FireAndForget);

    /// <summary>Tells whoever tails the turn from elsewhere to look. Only a hint: a lost one costs its poll interval.</summary>
    public void Announce(Guid turnId, long last) => _ = redis.GetDatabase().PublishAsync(AnnouncementsOf(turnId), last, CommandFlags.FireAndForget);

    /// <summary>Locks out every owner before this one, and takes over what they have written.</summary>
    /// <exception cref="FencedException">A later owner came first.</exception>
    public async Task FenceAsync(Guid turnId, long epoch)
    {
        var keys = new RedisKey[epoch];
        for (var i = 0; i < epoch; i++)
            keys[i] = ListKey(turnId, i + 1);
        if (!(bool)await redis.GetDatabase().ScriptEvaluateAsync(FenceScript, keys, [(long)options.Value.LogLifetime.TotalMilliseconds]))
            throw new FencedException(turnId);
    }

    /// <summary>Consecutive events after <paramref name="after"/>; empty when there are none, or when the log no longer reaches back that far.</summary>
    /// <exception cref="FencedException">The turn has gone on to a later owner than that of the epoch.</exception>
    /// <exception cref="RedisException">Redis is away.</exception>
    /// <exception cref="TimeoutException">Redis is slow or away.</exception>
    public async Task<IReadOnlyList<TurnEvent>> ReadAsync(Guid turnId, long epoch, long after)
    {
        var database = redis.GetDatabase();
        var key = ListKey(turnId, epoch);
        // Until the list is shortened, which a normal turn never sees, event N is at index N - 1.
        var events = Parse(await Unfenced(turnId, database.ListRangeAsync(key, after, -1)));
        if ((events.Count == 0 || events[0].Number != after + 1)
            && Parse(await Unfenced(turnId, database.ListRangeAsync(key, -1, -1))) is [{ Number: var last }] && last > after)
            events = Parse(await Unfenced(turnId, database.ListRangeAsync(key, after - last, -1)));

        var consecutive = new List<TurnEvent>(events.Count);
        foreach (var turnEvent in events)
        {
            if (turnEvent.Number == after + consecutive.Count + 1)
                consecutive.Add(turnEvent);
        }

        return consecutive;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Push>();
        var answers = new List<Task<long>>();
        using var stopping = stoppingToken.Register(() => _pushes.Writer.TryComplete());
        while (await _pushes.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (batch.Count < MostAtOnce && _pushes.Reader.TryRead(out var push))
                batch.Add(push);
            var began = time.GetTimestamp();
            await PushAsync(batch, answers);
            if (time.GetElapsedTime(began) is var took && took > Slow)
                Log.LogSlow(logger, batch.Count, took.TotalMilliseconds);
            batch.Clear();
            answers.Clear();
        }
    }

    private async Task PushAsync(List<Push> batch, List<Task<long>> answers)
    {
        try
        {
            var pipeline = redis.GetDatabase().CreateBatch();
            foreach (var push in batch)
                answers.Add(pipeline.ListRightPushAsync(push.Key, push.Values));
            pipeline.Execute();
        }
        catch (Exception exception)
        {
            // There is no connection: whoever waits learns of it, and the loop goes on.
            var reason = exception is RedisException ? exception : new TimeoutException("Redis can't be reached.", exception);
            foreach (var push in batch)
                push.TrySetException(reason);
            return;
        }

        for (var i = 0; i < batch.Count; i++)
        {
            await ((Task)answers[i]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            batch[i].SetFromTask(answers[i]);
        }
    }

    private static async Task<T> Unfenced<T>(Guid turnId, Task<T> command)
    {
        try
        {
            return await command;
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith(Gone, StringComparison.Ordinal))
        {
            throw new FencedException(turnId);
        }
    }

    private static RedisValue[] Values(IReadOnlyList<TurnEvent> events) => [.. events.Select(turnEvent => (RedisValue)turnEvent.ToByteArray())];

    private static List<TurnEvent> Parse(RedisValue[] values) => [.. values.Select(value => TurnEvent.Parser.ParseFrom((byte[])value!))];

    // One hash tag per turn: all lists of a turn are in the same slot of a cluster.
    private static RedisKey ListKey(Guid turnId, long epoch) => $"chat:{{turn:{turnId:N}}}:log:{epoch}";

    private sealed class Push(RedisKey key, RedisValue[] values) : TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public RedisKey Key { get; } = key;

        public RedisValue[] Values { get; } = values;
    }
}
