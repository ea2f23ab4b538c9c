using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using ChatApp.Inference.Endpoints.Requests;

namespace ChatApp.Inference.Endpoints.Answers;

/// <summary>
/// An event stream over the response: events are written between <see cref="LockAsync"/> and <see cref="Unlock"/>, and a stream that has been
/// silent for the heartbeat interval gets a comment. Writing an event allocates nothing.
/// </summary>
internal sealed class SseWriter : IAsyncDisposable
{
    private readonly PipeWriter _output;
    private readonly CancellationToken _aborted;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Utf8JsonWriter _json;
    private readonly PeriodicTimer _heartbeat;
    private readonly Task _beating;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private long _lastFlush;
    private bool _dirty;

    private SseWriter(HttpContext context, TimeSpan interval, TimeProvider time)
    {
        _output = context.Response.BodyWriter;
        _aborted = context.RequestAborted;
        _json = new Utf8JsonWriter(_output, JsonOutput.Options);
        _time = time;
        _interval = interval;
        _lastFlush = time.GetTimestamp();
        _heartbeat = new PeriodicTimer(interval, time);
        _beating = BeatAsync();
    }

    /// <summary>Sends the headers of an event stream.</summary>
    public static async Task<SseWriter> StartAsync(HttpContext context, TimeSpan heartbeat, TimeProvider time)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache, no-store";
        // Reverse proxies such as nginx would otherwise collect the stream before passing it on.
        response.Headers["X-Accel-Buffering"] = "no";
        await response.StartAsync(context.RequestAborted);
        return new SseWriter(context, heartbeat, time);
    }

    /// <summary>Takes the stream for a batch of events.</summary>
    public Task LockAsync() => _gate.WaitAsync(_aborted);

    /// <summary>Gives the stream back.</summary>
    public void Unlock() => _gate.Release();

    /// <summary>Begins an event whose JSON is written to the returned writer; the stream must be locked.</summary>
    public Utf8JsonWriter Begin()
    {
        _output.Write("data: "u8);
        _json.Reset();
        return _json;
    }

    /// <summary>Ends the event begun last.</summary>
    public void End()
    {
        _json.Flush();
        _output.Write("\n\n"u8);
        _dirty = true;
    }

    /// <summary>The protocol's last event.</summary>
    public void Done()
    {
        _output.Write("data: [DONE]\n\n"u8);
        _dirty = true;
    }

    /// <summary>Sends what was written; waits while the client is behind. The stream must be locked.</summary>
    public async ValueTask FlushAsync()
    {
        if (!_dirty)
            return;
        _dirty = false;
        _lastFlush = _time.GetTimestamp();
        var flushed = await _output.FlushAsync(_aborted);
        if (flushed.IsCompleted || flushed.IsCanceled)
            throw new OperationCanceledException("The client has closed the stream.");
    }

    public async ValueTask DisposeAsync()
    {
        // Ends the beating, after a heartbeat that is just being written.
        _heartbeat.Dispose();
        await _beating;
        _gate.Dispose();
        await _json.DisposeAsync();
    }

    private async Task BeatAsync()
    {
        try
        {
            while (await _heartbeat.WaitForNextTickAsync(CancellationToken.None))
            {
                if (_time.GetElapsedTime(_lastFlush) < _interval * 0.9 || !await _gate.WaitAsync(0))
                    continue;
                try
                {
                    _output.Write(": ping\n\n"u8);
                    _lastFlush = _time.GetTimestamp();
                    await _output.FlushAsync(_aborted);
                }
                finally
                {
                    _gate.Release();
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or InvalidOperationException or IOException)
        {
            // The stream is over; whoever writes answers will notice.
        }
    }
}
