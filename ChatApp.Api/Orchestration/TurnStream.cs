using System.Runtime.CompilerServices;
using ChatApp.Api.Settings;
using ChatApp.Orchestrator.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Orchestration;

/// <summary>
/// A viewer's stream of one turn. When the replica that serves it goes away the stream is attached again after the
/// last event, so the viewer sees a pause and neither a gap nor a repetition.
/// </summary>
internal sealed class TurnStream(Turns.TurnsClient turns, IOptions<EdgeOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Starts a turn, or attaches to the one that has its request id, and tails it to its end.</summary>
    public async IAsyncEnumerable<TurnEvent> RunAsync(RunTurnRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? turnId = null;
        long last = 0;
        using (var call = turns.Run(request, cancellationToken: cancellationToken))
        {
            while (await MoveNextAsync(call.ResponseStream, resumable: turnId is not null, cancellationToken))
            {
                var turnEvent = call.ResponseStream.Current;
                turnId ??= turnEvent.Started?.TurnId;
                last = turnEvent.Number;
                yield return turnEvent;
                if (turnEvent.Ended is not null)
                    yield break;
            }
        }

        if (turnId is null)
            yield break;
        if (request.Temporary)
        {
            // It was nowhere but in the replica that is gone.
            yield return new TurnEvent { Number = last + 1, Ended = new TurnEnded { Status = "Interrupted", Error = Interrupted() } };
            yield break;
        }

        await foreach (var turnEvent in ResumeAsync(turnId, last, cancellationToken))
            yield return turnEvent;
    }

    /// <summary>Tails a turn from the event after <paramref name="after"/> to its end.</summary>
    public async IAsyncEnumerable<TurnEvent> ResumeAsync(string turnId, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var attached = false;
        var deadline = Deadline();
        while (true)
        {
            using var call = turns.Resume(new ResumeTurnRequest { TurnId = turnId, After = after }, cancellationToken: cancellationToken);
            while (await MoveNextAsync(call.ResponseStream, resumable: attached || time.GetUtcNow() < deadline, cancellationToken))
            {
                attached = true;
                deadline = Deadline();
                var turnEvent = call.ResponseStream.Current;
                after = turnEvent.Number;
                yield return turnEvent;
                if (turnEvent.Ended is not null)
                    yield break;
            }

            if (call.GetStatusOrNull() is { StatusCode: StatusCode.OK })
                yield break;
            attached = false;
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static Error Interrupted() =>
        new() { Code = "interrupted", Type = "server_error", Message = "The server that wrote this temporary answer went away. Ask again." };

    private DateTimeOffset Deadline() => time.GetUtcNow().AddSeconds(options.Value.ReattachSeconds);

    /// <returns>False at the end of the stream, and where it broke in a way that attaching again may mend.</returns>
    private static async Task<bool> MoveNextAsync(IAsyncStreamReader<TurnEvent> events, bool resumable, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNext(cancellationToken);
        }
        catch (RpcException exception) when (resumable && exception.StatusCode is StatusCode.Unavailable or StatusCode.Internal)
        {
            return false;
        }
    }
}
