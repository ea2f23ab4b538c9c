using System.Net.Sockets;
using Npgsql;

namespace ChatApp.ServiceDefaults.Storage;

/// <summary>What it is for the database to be away, and how that is ridden out: work that may be repeated is repeated until it answers.</summary>
public static class TransientFailures
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>True when the statement may work on another connection in a moment.</summary>
    public static bool IsTransient(Exception exception) =>
        exception is NpgsqlException { IsTransient: true } or PostgresException { SqlState: "57P01" or "57P02" or "57P03" or "25006" }
        || exception is NpgsqlException { InnerException: SocketException or IOException or TimeoutException or EndOfStreamException }
        || exception is TimeoutException or SocketException;

    /// <summary>Repeats idempotent work while it fails transiently, for at most <paramref name="patience"/>.</summary>
    public static async Task<T> RetryAsync<T>(
        TimeProvider time, TimeSpan patience, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await work(cancellationToken);
            }
            catch (Exception exception) when (IsTransient(exception) && time.GetElapsedTime(started) < patience)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
