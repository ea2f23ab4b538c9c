using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Contracts.OpenAI.Answers;

/// <summary>
/// Server-sent events over a response: written while the stream is held (<see cref="HoldAsync"/>), sent by <see cref="FlushAsync"/>, which
/// waits while the client is behind. A stream that has been silent for the heartbeat's interval gets a comment. Headers leave with what is
/// sent first, so that a failure before it can still become a status. Writing an event allocates nothing.
/// </summary>
public sealed class EventStreamWriter : IAsyncDisposable
{
    private readonly HttpResponse _response;
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

    /// <summary>Begins the heartbeat; sends nothing yet.</summary>
    /// <param name="response">What it is written to.</param>
    /// <param name="heartbeat">The longest silence.</param>
    /// <param name="time">The clock of the heartbeat.</param>
    /// <param name="left">Cancelled when nobody listens any more; absent: as the request says.</param>
    public EventStreamWriter(HttpResponse response, TimeSpan heartbeat, TimeProvider time, CancellationToken? left = null)
    {
        _response = response;
        _output = response.BodyWriter;
        _aborted = left ?? response.HttpContext.RequestAborted;
        _json = new Utf8JsonWriter(_output, JsonOutput.Options);
        _time = time;
        _interval = heartbeat;
        _lastFlush = time.GetTimestamp();
        _heartbeat = new PeriodicTimer(heartbeat, time);
        _beating = BeatAsync();
    }

    /// <summary>Sends the headers now.</summary>
    public Task StartAsync()
    {
        SetHeaders();
        return _response.StartAsync(_aborted);
    }

    /// <summary>Takes the stream for a batch of events; disposing what is returned gives it back.</summary>
    public async ValueTask<Hold> HoldAsync()
    {
        await _gate.WaitAsync(_aborted);
        return new Hold(_gate);
    }

    /// <summary>Begins an event whose JSON is written to the returned writer.</summary>
    /// <param name="name">The event's name; none is a plain message.</param>
    /// <param name="id">What a client that comes back names as the last it saw.</param>
    public Utf8JsonWriter Begin(string? name = null, long? id = null)
    {
        SetHeaders();
        if (id is { } number)
            Encoding.UTF8.GetBytes($"id: {number}\n", _output);
        if (name is not null)
            Encoding.UTF8.GetBytes($"event: {name}\n", _output);
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

    /// <summary>Writes an event whose data is there already: JSON without line breaks.</summary>
    public void Write(ReadOnlySpan<byte> json)
    {
        SetHeaders();
        _output.Write("data: "u8);
        _output.Write(json);
        _output.Write("\n\n"u8);
        _dirty = true;
    }

    /// <summary>The protocol's last event.</summary>
    public void Done() => Write("[DONE]"u8);

    /// <summary>Sends what was written; waits while the client is behind.</summary>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
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

    /// <summary>Ends the heartbeat, after one that is just being written: what is sent from now on is the caller's alone.</summary>
    public Task EndHeartbeatAsync()
    {
        _heartbeat.Dispose();
        return _beating;
    }

    public async ValueTask DisposeAsync()
    {
        await EndHeartbeatAsync();
        _gate.Dispose();
        await _json.DisposeAsync();
    }

    private void SetHeaders()
    {
        if (_response.HasStarted)
            return;
        _response.ContentType = "text/event-stream; charset=utf-8";
        _response.Headers.CacheControl = "no-cache, no-store, no-transform";
        // Reverse proxies such as nginx would otherwise collect the stream before passing it on.
        _response.Headers["X-Accel-Buffering"] = "no";
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
                    SetHeaders();
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
            // The stream is over; whoever writes events will notice.
        }
    }

    /// <summary>The right to write.</summary>
    public readonly struct Hold : IDisposable
    {
        private readonly SemaphoreSlim _gate;

        internal Hold(SemaphoreSlim gate) => _gate = gate;

        public void Dispose() => _gate.Release();
    }
}
