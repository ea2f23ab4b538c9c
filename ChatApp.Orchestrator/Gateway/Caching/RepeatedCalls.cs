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
/// behind the last byte, is answered the same and generates nothing. One that comes while the first is running, on whichever replica, waits for its
/// answer. A call that did not come to its end is made anew, by whoever waits for it.
/// </summary>
internal sealed class RepeatedCalls(IConnectionMultiplexer redis, IOptionsMonitor<GatewayOptions> options, TimeProvider time, ILogger<RepeatedCalls> logger)
{
    /// <summary>After so long a call whose replica is gone is made anew.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private TimeProvider Time => time;

    private IDatabase Database => redis.GetDatabase();

    /// <summary>Waits while the same call runs under the key.</summary>
    /// <returns>The JSON objects of its answer; else a claim: the call is this caller's to make, and others wait until it is disposed.</returns>
    /// <exception cref="RefusedException">The key was given with another call.</exception>
    public async Task<(IReadOnlyList<ReadOnlyMemory<byte>>? Answer, IAsyncDisposable? Claim)> JoinAsync(RepeatKey key, CancellationToken cancellationToken)
    {
        // Where no answer can be kept there is none to wait for.
        if (options.CurrentValue.Cache.RepeatLifetime <= TimeSpan.Zero)
            return default;
        var mine = $"{Convert.ToHexStringLower(key.Body)}:{Guid.NewGuid():N}";
        while (true)
        {
            try
            {
                if (!redis.IsConnected)
                    return default;
                if (await FindAsync(key) is { } answer)
                    return (answer, null);
                if (await redis.GetDatabase().LockTakeAsync(key.Running, mine, Lease))
                {
                    var claim = new Claim(this, key.Running, mine);
                    // The one before may have ended in between.
                    if (await FindAsync(key) is not { } late)
                        return (null, claim);
                    await claim.DisposeAsync();
                    return (late, null);
                }

                if ((string?)await redis.GetDatabase().LockQueryAsync(key.Running) is { } running && !running.StartsWith(mine[..(key.Body.Length * 2)], StringComparison.Ordinal))
                    throw Reused();
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                Log.CacheAway(logger, exception.Message);
                return default;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<ReadOnlyMemory<byte>>?> FindAsync(RepeatKey key)
    {
        if ((byte[]?)await redis.GetDatabase().StringGetAsync(key.Name) is not { } kept)
            return null;
        return kept.AsSpan().StartsWith(key.Body) ? PackedAnswer.Unpack(kept.AsMemory(key.Body.Length)) : throw Reused();
    }

    private static RefusedException Reused() =>
        new(Refusal.RequestIdReused, "idempotency_key_reused", "This idempotency key was used before for a different request. Use a new key for a new request.") { Param = "Idempotency-Key" };

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

    /// <summary>A call that runs; renewed until it is disposed.</summary>
    private sealed class Claim : IAsyncDisposable
    {
        private readonly RepeatedCalls _calls;
        private readonly string _name;
        private readonly string _value;
        private readonly CancellationTokenSource _over = new();
        private readonly Task _renewal;

        public Claim(RepeatedCalls calls, string name, string value)
        {
            (_calls, _name, _value) = (calls, name, value);
            _renewal = RenewAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            await _renewal;
            _over.Dispose();
            await TryAsync(database => database.LockReleaseAsync(_name, _value));
        }

        private async Task RenewAsync()
        {
            using var timer = new PeriodicTimer(Lease / 3, _calls.Time);
            try
            {
                while (await timer.WaitForNextTickAsync(_over.Token))
                    await TryAsync(database => database.LockExtendAsync(_name, _value, Lease));
            }
            catch (OperationCanceledException)
            {
                // The call is over.
            }
        }

        private async Task TryAsync(Func<IDatabase, Task<bool>> command)
        {
            try
            {
                await command(_calls.Database);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                // It lapses by itself.
            }
        }
    }
}

/// <summary>What a repeated call is known by.</summary>
/// <param name="Name">Of whose key it is; says nothing of either.</param>
/// <param name="Body">What was asked, as a hash.</param>
internal sealed record RepeatKey(string Name, byte[] Body)
{
    /// <summary>Held while the call runs.</summary>
    public string Running { get; } = Name + ":running";

    public static RepeatKey Of(string owner, string operation, string given, ReadOnlySpan<byte> body) => new(
        "repeat:" + Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new[] { owner, operation, given }))), SHA256.HashData(body));
}
