using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.Turns.Running;
using ChatApp.Orchestrator.Turns.Starting;
using ChatApp.Orchestrator.Turns.Viewing;
using ChatApp.Orchestrator.V1;
using Grpc.Core;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Starts, tails and stops turns.</summary>
internal sealed class TurnsService(
    TurnRequestReader requests, TurnStarter starter, TemporaryTurns temporary, TurnStore store, TurnViewing viewing, TurnSignals signals, IHostApplicationLifetime lifetime)
    : V1.Turns.TurnsBase
{
    public override async Task Run(RunTurnRequest request, IServerStreamWriter<TurnEvent> responseStream, ServerCallContext context)
    {
        var caller = context.Caller();
        if (request.Temporary)
        {
            var (order, messages) = requests.ReadTemporary(request, caller.Name);
            await SendAsync(token => temporary.RunAsync(caller.Subject, order, messages, token), responseStream, context);
            return;
        }

        var turn = await requests.ReadAsync(request, caller, context.CancellationToken);
        var started = await starter.StartAsync(caller.Subject, turn, context.CancellationToken);
        await TailAsync(caller.Subject, started, 0, responseStream, context);
    }

    public override Task Resume(ResumeTurnRequest request, IServerStreamWriter<TurnEvent> responseStream, ServerCallContext context)
    {
        if (request.After < 0)
            throw RefusedException.Invalid("after", "An event number is 0 or more.");
        return TailAsync(context.Caller().Subject, WireIds.Turn(request.TurnId), request.After, responseStream, context);
    }

    public override async Task<StopTurnReply> Stop(StopTurnRequest request, ServerCallContext context)
    {
        var turnId = WireIds.Turn(request.TurnId);
        var status = await store.RequestStopAsync(context.Caller().Subject, turnId, context.CancellationToken);
        if (!TurnStatus.IsFinal(status))
            signals.Stop(turnId);
        return new StopTurnReply { Status = status };
    }

    public override async Task<TurnReceipt> GetReceipt(GetReceiptRequest request, ServerCallContext context)
    {
        var turn = await store.GetAsync(context.Caller().Subject, WireIds.Turn(request.TurnId), context.CancellationToken);
        return new TurnReceipt { Json = turn.Receipt ?? "{}" };
    }

    private Task TailAsync(string owner, Guid turnId, long after, IServerStreamWriter<TurnEvent> responseStream, ServerCallContext context) =>
        SendAsync(token => viewing.TailAsync(owner, turnId, after, token), responseStream, context);

    // No stream holds up a replica that shuts down.
    private async Task SendAsync(
        Func<CancellationToken, IAsyncEnumerable<TurnEvent>> events, IServerStreamWriter<TurnEvent> responseStream, ServerCallContext context)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (var turnEvent in events(gone.Token))
                await responseStream.WriteAsync(turnEvent, gone.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "This replica shuts down; resume on another one."));
        }
    }
}
