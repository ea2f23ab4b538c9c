using ChatApp.Orchestrator.Conversations.Answers;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Leases;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.V1;
using ChatApp.ServiceDefaults.Storage;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>Runs one turn from its start, or from where an earlier owner left it, to its stored end.</summary>
internal sealed class TurnRunner(
    TurnPipeline pipeline, TurnEnding ending, TurnLeases leases, TimeProvider time, IOptions<TurnOptions> options, ILogger<TurnRunner> logger)
{
    public async Task RunAsync(RunningTurn running)
    {
        using var writing = new CancellationTokenSource();
        var writer = running.Writer;
        var writes = WriteAsync(running, writing.Token);
        try
        {
            await RunToItsEndAsync(running, writes);
        }
        catch (FencedException)
        {
            running.CutShort(TurnEndReason.Fenced);
            Log.TurnFenced(logger, running.Turn.Id);
        }
        catch (OperationCanceledException) when (running.Reason is TurnEndReason.Handover or TurnEndReason.Fenced)
        {
            if (running.Reason == TurnEndReason.Handover)
                await HandOverAsync(running, writes);
        }
        finally
        {
            writer.Complete();
            await writing.CancelAsync();
            await writes.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            writer.Feed.Close();
        }
    }

    /// <summary>Ends a turn that could not even be made ready to be run.</summary>
    /// <param name="turn">The turn, with the epoch of our lease.</param>
    /// <param name="events">What can be read of its log, from the first event on.</param>
    /// <param name="reason">Why.</param>
    public Task GiveUpAsync(TurnRecord turn, IReadOnlyList<TurnEvent> events, Exception reason)
    {
        Log.TurnFailed(logger, reason, turn.Id);
        return ending.GiveUpAsync(turn, events, null);
    }

    // What goes wrong beside the pipeline would go wrong again with every owner: the turn is given up here and now.
    private async Task RunToItsEndAsync(RunningTurn running, Task writes)
    {
        TurnContext? context = null;
        try
        {
            context = NewContext(running);
            var end = await RunPipelineAsync(running, context);
            running.Writer.Complete();
            await writes;
            await ending.StoreAsync(running, context, end);
        }
        catch (Exception exception) when (IsForGood(exception, running.Reason))
        {
            Log.TurnFailed(logger, exception, running.Turn.Id);
            await ending.GiveUpAsync(running.Turn, running.Writer.Events, context);
        }
    }

    private static bool IsForGood(Exception exception, TurnEndReason reason) =>
        exception is not FencedException && !TransientFailures.IsTransient(exception)
        && !(exception is OperationCanceledException && reason is (TurnEndReason.Handover or TurnEndReason.Fenced));

    private TurnContext NewContext(RunningTurn running)
    {
        var order = TurnOrder.Deserialize(running.Turn.Request);
        return new TurnContext(running.Turn, order, running.Writer, FoldedTurn.Of(running.Writer.Events, order.InitialContent), time.GetTimestamp()) { Question = running.Question };
    }

    // A writer that fails has to end the pipeline too: it would wait on the full queue for ever.
    private static async Task WriteAsync(RunningTurn running, CancellationToken cancellationToken)
    {
        try
        {
            await running.Writer.RunAsync(cancellationToken);
        }
        catch (FencedException)
        {
            running.CutShort(TurnEndReason.Fenced);
            throw;
        }
    }

    private async Task<PipelineEnd> RunPipelineAsync(RunningTurn running, TurnContext context)
    {
        var turn = running.Turn;
        using var measured = TurnMetrics.Running(context.Tally);
        try
        {
            if (turn.StopRequested)
                return new PipelineEnd(TurnStatus.Stopped);
            if (turn.Takeovers > options.Value.TakeoverLimit)
                return PipelineEnd.Interrupted("The answer broke off several times and was given up. Continue it to try again.");
            if (turn.Takeovers > 0)
                await context.NotifyAsync("takeover", "The answer goes on on another server.", running.Cut);

            await pipeline.RunAsync(context, running.Cut);
            return new PipelineEnd(TurnStatus.Completed);
        }
        catch (OperationCanceledException) when (running.Reason == TurnEndReason.Stop)
        {
            return new PipelineEnd(TurnStatus.Stopped);
        }
        catch (OperationCanceledException) when (running.Reason != TurnEndReason.None)
        {
            throw;
        }
        catch (UpstreamException exception)
        {
            Log.GenerationFailed(logger, turn.Id, exception.Upstream, exception.Message);
            return exception.MayContinue && context.Draft.Length > 0
                ? PipelineEnd.Interrupted("The model's server went away and did not come back in time. Continue the answer to try again.")
                : new PipelineEnd(TurnStatus.Failed, Storable(exception.ToError()));
        }
        catch (RefusedException exception)
        {
            return new PipelineEnd(TurnStatus.Failed, new Error
            {
                Code = exception.Code,
                Type = "invalid_request_error",
                Message = exception.Message,
                Param = exception.Param ?? "",
            });
        }
        catch (Exception exception)
        {
            Log.TurnFailed(logger, exception, turn.Id);
            return PipelineEnd.OurFault;
        }
    }

    private async Task HandOverAsync(RunningTurn running, Task writes)
    {
        running.Writer.Complete();
        await writes;
        await leases.ReleaseAsync(running.Turn.Id, running.Turn.LeaseEpoch, isOrderly: true, CancellationToken.None);
        Log.TurnHandedOver(logger, running.Turn.Id);
    }

    // What a server says may hold anything, U+0000 included, which PostgreSQL's text and JSON can't hold.
    private static Error Storable(Error error)
    {
        error.Message = error.Message.Replace("\0", "", StringComparison.Ordinal);
        error.Code = error.Code.Replace("\0", "", StringComparison.Ordinal);
        error.Type = error.Type.Replace("\0", "", StringComparison.Ordinal);
        error.Param = error.Param.Replace("\0", "", StringComparison.Ordinal);
        return error;
    }
}
