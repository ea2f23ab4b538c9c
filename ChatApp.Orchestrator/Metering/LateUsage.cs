using System.Text.Json;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Metering;

/// <summary>Usage that waits in Redis for the database, all replicas' together: it outlives the replica that metered it.</summary>
internal sealed class LateUsage(IConnectionMultiplexer redis)
{
    private const int MostAtOnce = 100;
    private static readonly RedisKey Key = "chat:usage:late";

    /// <returns>False when Redis does not have it.</returns>
    public async Task<bool> TryKeepAsync(UsageOf usage)
    {
        if (!redis.IsConnected)
            return false;
        try
        {
            return await redis.GetDatabase().ListRightPushAsync(Key, JsonSerializer.SerializeToUtf8Bytes(usage)) > 0;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // It may have it after all: stored twice is stored once.
            return false;
        }
    }

    /// <summary>The oldest; none while Redis is away. What can't be read has no usage.</summary>
    public async Task<IReadOnlyList<(RedisValue Entry, UsageOf? Usage)>> ReadAsync()
    {
        if (!redis.IsConnected)
            return [];
        try
        {
            return [.. (await redis.GetDatabase().ListRangeAsync(Key, 0, MostAtOnce - 1)).Select(entry => (entry, Parse(entry)))];
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return [];
        }
    }

    /// <summary>It is stored; where Redis is away it will be stored again, which changes nothing.</summary>
    public async Task ForgetAsync(RedisValue entry)
    {
        try
        {
            await redis.GetDatabase().ListRemoveAsync(Key, entry, 1);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // The next round meets it again.
        }
    }

    private static UsageOf? Parse(RedisValue entry)
    {
        try
        {
            return JsonSerializer.Deserialize<UsageOf>((byte[])entry!);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A generation, and who is charged for it.</summary>
internal sealed record UsageOf(string Owner, GenerationRecord Generation);
