using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Metering;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>An answer whose first token has come. What came before it, an empty first chunk as a rule, is kept in front.</summary>
internal sealed class OpenedStream : IAsyncDisposable
{
    private readonly IAsyncEnumerator<StreamChunk> _chunks;
    private readonly List<AnswerChunk> _head = [];
    private readonly UpstreamLease _lease;
    private readonly CancellationTokenSource _cancel;
    private readonly GenerationMeter _meter;
    private readonly Func<BreakerOptions> _breaker;
    private readonly GatewayTelemetry _telemetry;

    private OpenedStream(
        PlannedRoute from, IAsyncEnumerator<StreamChunk> chunks, UpstreamLease lease, CancellationTokenSource cancel, GenerationMeter meter, Func<BreakerOptions> breaker,
        GatewayTelemetry telemetry)
    {
        From = from;
        _chunks = chunks;
        _lease = lease;
        _cancel = cancel;
        _meter = meter;
        _breaker = breaker;
        _telemetry = telemetry;
    }

    public PlannedRoute From { get; }

    /// <summary>What the generation used until now.</summary>
    public TokenUsage Usage => _meter.Usage;

    /// <summary>Waits for the first token. The lease and the cancellation belong to the stream from here on, also when it fails.</summary>
    /// <exception cref="UpstreamException">There is no first token.</exception>
    public static async Task<OpenedStream> OpenAsync(
        PlannedRoute from, IAsyncEnumerable<StreamChunk> chunks, UpstreamLease lease, CancellationTokenSource cancel, GenerationMeter meter, Func<BreakerOptions> breaker,
        GatewayTelemetry telemetry)
    {
        var stream = new OpenedStream(from, chunks.GetAsyncEnumerator(cancel.Token), lease, cancel, meter, breaker, telemetry);
        try
        {
            while (await stream._chunks.MoveNextAsync())
            {
                stream._head.Add(stream.Count(stream._chunks.Current));
                if (!stream._chunks.Current.HasContent)
                    continue;
                telemetry.FirstToken();
                return stream;
            }

            throw new UpstreamException(from.Route.Name, UpstreamFailure.Malformed, "The model's server sent an answer without content.");
        }
        catch (UpstreamException exception)
        {
            lease.Fail(exception, breaker());
            telemetry.Failed(exception);
            await stream.DisposeAsync();
            throw;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads on without giving anything away, until enough was seen or the answer ends.</summary>
    /// <param name="isEnough">Sees each chunk in order, those of the head too.</param>
    /// <exception cref="UpstreamException">The answer broke off.</exception>
    public async Task LookAheadAsync(Func<StreamChunk, bool> isEnough)
    {
        var enough = false;
        foreach (var seen in _head)
            enough |= isEnough(seen.Chunk);
        while (!enough && await MoveNextAsync())
        {
            _head.Add(Count(_chunks.Current));
            enough = isEnough(_chunks.Current);
        }
    }

    /// <summary>The chunks, from the first on.</summary>
    /// <exception cref="UpstreamException">The answer broke off.</exception>
    public async IAsyncEnumerable<AnswerChunk> ReadAsync()
    {
        foreach (var chunk in _head)
            yield return chunk;
        while (await MoveNextAsync())
            yield return Count(_chunks.Current);
        _lease.Succeed(_breaker());
    }

    public async ValueTask DisposeAsync()
    {
        // Ends the generation when the answer was not read to its end.
        await _cancel.CancelAsync();
        await _chunks.DisposeAsync();
        _cancel.Dispose();
        _lease.Dispose();
        if (_head.Count > 0)
            _telemetry.Used(_meter.Usage);
        _telemetry.Dispose();
    }

    private AnswerChunk Count(StreamChunk chunk)
    {
        _meter.Read(chunk);
        _telemetry.Read(chunk);
        return new AnswerChunk(From, chunk, _meter.Usage);
    }

    private async ValueTask<bool> MoveNextAsync()
    {
        try
        {
            return await _chunks.MoveNextAsync();
        }
        catch (UpstreamException exception)
        {
            _lease.Fail(exception, _breaker());
            _telemetry.Failed(exception);
            throw;
        }
    }
}

/// <summary>A chunk, and who sent it.</summary>
internal readonly record struct AnswerChunk(PlannedRoute From, StreamChunk Chunk, TokenUsage Usage);
