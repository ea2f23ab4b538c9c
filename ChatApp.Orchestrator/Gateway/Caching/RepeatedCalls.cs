using System.Security.Cryptography;
using System.Text.Json;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Gateway.Caching;

/// <summary>
/// Answers that stateless calls got under a key of their caller's, for a while: one that is repeated, as clients do whose connection broke
/// behind the last byte, is answered the same and generates nothing. A call that did not come to its end is made anew.
/// </summary>
internal sealed class RepeatedCalls(IConnectionMultiplexer redis, IOptionsMonitor<GatewayOptions> options, ILogger<RepeatedCalls> logger)
{
    /// <returns>The JSON objects of the answer; null where there is none.</returns>
    /// <exception cref="RefusedException">The key was given with another call.</exception>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>?> FindAsync(RepeatKey key)
    {
        try
        {
            if (!redis.IsConnected || (byte[]?)await redis.GetDatabase().StringGetAsync(key.Name) is not { } kept)
                return null;
            return kept.AsSpan().StartsWith(key.Body)
                ? PackedAnswer.Unpack(kept.AsMemory(key.Body.Length))
                : throw new RefusedException(Refusal.RequestIdReused, "idempotency_key_reused",
                    "This idempotency key was used before for a different request. Use a new key for a new request.")
                { Param = "Idempotency-Key" };
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            Log.CacheAway(logger, exception.Message);
            return null;
        }
    }

    public async Task KeepAsync(RepeatKey key, IReadOnlyList<ReadOnlyMemory<byte>> answer)
    {
        var cache = options.CurrentValue.Cache;
        if (cache.RepeatLifetime <= TimeSpan.Zero || answer.Sum(part => (long)part.Length) > cache.LongestAnswerBytes || !redis.IsConnected)
            return;
        try
        {
            await redis.GetDatabase().StringSetAsync(key.Name, (byte[])[.. key.Body, .. PackedAnswer.Pack(answer)], cache.RepeatLifetime);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            Log.CacheAway(logger, exception.Message);
        }
    }
}

/// <summary>What a repeated call is known by.</summary>
/// <param name="Name">Of whose key it is; says nothing of either.</param>
/// <param name="Body">What was asked, as a hash.</param>
internal sealed record RepeatKey(string Name, byte[] Body)
{
    public static RepeatKey Of(string owner, string operation, string given, ReadOnlySpan<byte> body) => new(
        "repeat:" + Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new[] { owner, operation, given }))), SHA256.HashData(body));
}
