using System.Reflection;
using ChatApp.Api.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ChatApp.Api.Limits.Buckets;

/// <summary>Runs commands while Redis answers in time; otherwise says so at once, and the caller decides by itself.</summary>
internal sealed class RedisAvailability(IConnectionMultiplexer connection, IOptions<LimitsOptions> options, TimeProvider time, ILogger<RedisAvailability> logger)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(options.Value.RedisTimeoutMilliseconds);
    private long _restUntil;
    private long _lastAnswer;
    private int _away;

    /// <summary>When Redis last answered this replica; null when it never did.</summary>
    public DateTimeOffset? LastAnswer => Interlocked.Read(ref _lastAnswer) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <returns>The answer; null when Redis is away.</returns>
    public async Task<T?> TryAsync<T>(Func<IDatabase, Task<T>> command)
        where T : class
    {
        // After a failure nothing is tried for a moment: waiting out the timeout on every request would be the worse limit.
        if (!connection.IsConnected || time.GetUtcNow().UtcTicks < Interlocked.Read(ref _restUntil))
        {
            Report(away: true);
            return null;
        }

        try
        {
            var answer = await command(connection.GetDatabase()).WaitAsync(_timeout, time);
            Interlocked.Exchange(ref _lastAnswer, time.GetUtcNow().UtcTicks);
            Report(away: false);
            return answer;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            Interlocked.Exchange(ref _restUntil, (time.GetUtcNow() + Rest).UtcTicks);
            Report(away: true);
            return null;
        }
    }

    private void Report(bool away)
    {
        if (Interlocked.Exchange(ref _away, away ? 1 : 0) == (away ? 1 : 0))
            return;
        if (away)
            logger.LimitsAreLocal();
        else
            logger.LimitsAreShared();
    }
}

/// <summary>Reads the Lua scripts that lie beside the code that runs them.</summary>
internal static class RedisScript
{
    public static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"ChatApp.Api.{name}")
            ?? throw new InvalidOperationException($"The script {name} is not part of this assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
