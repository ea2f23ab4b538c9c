using System.Buffers;
using System.Text;
using ChatApp.Api.Settings;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Streaming;

/// <summary>
/// Writes server-sent events: one frame an event, flushed at once, a comment while nothing comes, and back pressure
/// from the client's socket to whoever produces the events.
/// </summary>
internal sealed class EventStreamWriter(IOptions<EdgeOptions> options, TimeProvider time)
{
    private readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(options.Value.HeartbeatSeconds);

    /// <summary>
    /// Writes every event, then <c>[DONE]</c>. Headers leave with the first frame, so that a failure before it can
    /// still become a status; after it a failure is passed to <paramref name="writeError"/> and ends the stream.
    /// </summary>
    public async Task WriteAsync<T>(
        HttpResponse response,
        IAsyncEnumerable<T> events,
        Action<IBufferWriter<byte>, T> writeFrame,
        Func<IBufferWriter<byte>, Exception, bool> writeError,
        CancellationToken cancellationToken)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var output = response.BodyWriter;
        var source = events.GetAsyncEnumerator(stopped.Token);
        var next = source.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                if (!await CompletesInTimeAsync(next, cancellationToken))
                {
                    Start(response);
                    output.Write(": ping\n\n"u8);
                    await output.FlushAsync(cancellationToken);
                    continue;
                }

                if (!await next)
                    break;
                Start(response);
                writeFrame(output, source.Current);
                await output.FlushAsync(cancellationToken);
                next = source.MoveNextAsync().AsTask();
            }

            Start(response);
            output.Write("data: [DONE]\n\n"u8);
            await output.FlushAsync(cancellationToken);
        }
        catch (Exception exception) when (response.HasStarted && !cancellationToken.IsCancellationRequested && writeError(output, exception))
        {
            await output.FlushAsync(cancellationToken);
        }
        finally
        {
            await stopped.CancelAsync();
            await next.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            await source.DisposeAsync();
        }
    }

    /// <summary>Writes one frame: optional id and event name, then the data line.</summary>
    public static void WriteFrame(IBufferWriter<byte> output, ReadOnlySpan<byte> data, long? id = null, string? eventName = null)
    {
        if (id is { } number)
            Encoding.UTF8.GetBytes($"id: {number}\n", output);
        if (eventName is not null)
            Encoding.UTF8.GetBytes($"event: {eventName}\n", output);
        output.Write("data: "u8);
        output.Write(data);
        output.Write("\n\n"u8);
    }

    private static void Start(HttpResponse response)
    {
        if (response.HasStarted)
            return;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
    }

    private async Task<bool> CompletesInTimeAsync(Task<bool> next, CancellationToken cancellationToken)
    {
        try
        {
            await next.WaitAsync(_heartbeat, time, cancellationToken);
            return true;
        }
        catch (TimeoutException) when (!next.IsCompleted)
        {
            return false;
        }
    }
}
