using System.Diagnostics;
using System.Text.Json;
using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Conversations.Answers;
using ChatApp.Orchestrator.Conversations.Changes;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Conversations.Titles;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Prompts;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Leases;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.Turns.Starting;
using ChatApp.Orchestrator.V1;
using ChatApp.ServiceDefaults.Storage;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>Runs one turn from its start, or from where an earlier owner left it, to its stored end.</summary>
internal sealed class TurnRunner(
    TurnPipeline pipeline, TurnStore store, TurnLeases leases, HotContext hotContext, TitleWriter titles, ConversationChanges changes, TimeProvider time,
    IOptions<TurnOptions> options, ILogger<TurnRunner> logger)
{
    private static readonly JsonSerializerOptions ReceiptJson = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan FinishPause = TimeSpan.FromMilliseconds(200);

    public async Task RunAsync(RunningTurn running)
    {
        using var writing = new CancellationTokenSource();
        var writer = running.Writer;
        var writes = WriteAsync(running, writing.Token);
        try
        {
            var (context, outcome) = await RunPipelineAsync(running);
            writer.Complete();
            await writes;
            await FinishAsync(running, context, outcome);
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

    private async Task<(TurnContext Context, PipelineEnd End)> RunPipelineAsync(RunningTurn running)
    {
        var turn = running.Turn;
        var order = TurnOrder.Deserialize(turn.Request);
        var soFar = TurnFold.Of(running.Writer.Events, order.InitialContent);
        var context = new TurnContext(turn, order, running.Writer, soFar, time.GetTimestamp()) { Question = running.Question };
        using var measured = TurnMetrics.Running(context.Tally);
        try
        {
            if (turn.StopRequested)
                return (context, new PipelineEnd(TurnStatus.Stopped));
            if (turn.Takeovers > options.Value.TakeoverLimit)
                return (context, PipelineEnd.Interrupted("The answer broke off several times and was given up. Continue it to try again."));
            if (turn.Takeovers > 0)
                await context.NotifyAsync("takeover", "The answer goes on on another server.", running.Cut);

            await pipeline.RunAsync(context, running.Cut);
            return (context, new PipelineEnd(TurnStatus.Completed));
        }
        catch (OperationCanceledException) when (running.Reason == TurnEndReason.Stop)
        {
            return (context, new PipelineEnd(TurnStatus.Stopped));
        }
        catch (OperationCanceledException) when (running.Reason != TurnEndReason.None)
        {
            throw;
        }
        catch (UpstreamException exception)
        {
            Log.GenerationFailed(logger, turn.Id, exception.Upstream, exception.Message);
            return (context, exception.MayContinue && context.Draft.Length > 0
                ? PipelineEnd.Interrupted("The model's server went away and did not come back in time. Continue the answer to try again.")
                : new PipelineEnd(TurnStatus.Failed, Storable(exception.ToError())));
        }
        catch (RefusedException exception)
        {
            return (context, new PipelineEnd(TurnStatus.Failed, new Error
            {
                Code = exception.Code,
                Type = "invalid_request_error",
                Message = exception.Message,
                Param = exception.Param ?? "",
            }));
        }
        catch (Exception exception)
        {
            Log.TurnFailed(logger, exception, turn.Id);
            return (context, new PipelineEnd(TurnStatus.Failed, new Error
            {
                Code = "internal_error",
                Type = "server_error",
                Message = "Something went wrong on our side. Try again.",
            }));
        }
    }

    private async Task FinishAsync(RunningTurn running, TurnContext context, PipelineEnd end)
    {
        var writer = running.Writer;
        var tokens = await TokensAsync(context);
        var outcome = new TurnOutcome
        {
            Status = end.Status,
            FinishReason = end.Status == TurnStatus.Completed ? context.FinishReason : "",
            Model = context.Tally.Model.Length > 0 ? context.Tally.Model : context.Order.Model ?? "",
            Usage = context.Tally.ToUsage(),
            Cost = context.Tally.Cost,
            Upstream = context.Tally.Upstream,
            Timings = context.Tally.ToTimings(time, context.StartedAt),
            Error = end.Error,
            AnswerTokens = context.Tally.Generations == 1 && context.InitialLength == 0 ? context.Tally.OutputTokens : null,
            FreshCounts = tokens?.FreshCounts ?? new Dictionary<Guid, int>(),
            Receipt = Receipt(context, end, tokens),
        };
        Activity.Current.End(outcome.Status, isError: outcome.Status == TurnStatus.Failed);
        writer.NumberLast(new TurnEvent
        {
            Ended = new TurnEnded
            {
                Status = outcome.Status,
                FinishReason = outcome.FinishReason,
                Usage = outcome.Usage,
                Timings = outcome.Timings,
                Error = outcome.Error,
            },
        });

        await StoreAsync(running, outcome);
        TurnMetrics.Ended(outcome, writer.Feed.Since(0), writer.Events);
        await writer.ShowLastAsync();
        changes.Announce(running.Turn.UserId, running.Turn.ConversationId);
        await KeepHotAsync(running.Turn, context, outcome);
        if (end.Status == TurnStatus.Completed)
            titles.Consider(running.Turn.UserId, running.Turn.ConversationId);
        Log.TurnEnded(logger, running.Turn.Id, outcome.Status, outcome.Usage.OutputTokens, outcome.Timings.TotalMs);
    }

    private async Task<PromptTokens?> TokensAsync(TurnContext context)
    {
        if (context.Accounting is not { } accounting)
            return null;
        try
        {
            return await accounting.WaitAsync(options.Value.AccountingPatience);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            return null;
        }
    }

    private Task KeepHotAsync(TurnRecord turn, TurnContext context, TurnOutcome outcome)
    {
        if (context.History is not [.., { } question])
            return Task.CompletedTask;
        var answer = new MessageRecord
        {
            Id = turn.AssistantMessageId,
            ConversationId = turn.ConversationId,
            ParentId = turn.UserMessageId,
            Seq = question.Seq + 1,
            Role = MessageRoles.Assistant,
            Text = context.Draft.ToString(),
            ContentJson = AnswerContent.Serialize(context.Answer),
            Status = outcome.Status,
            Model = outcome.Model,
            TurnId = turn.Id,
            TokenCount = outcome.AnswerTokens,
            TokenModel = outcome.Model,
        };
        return hotContext.KeepAsync(turn.ConversationId, turn.UserId, answer.Seq, [.. context.History, answer]);
    }

    // A database that is away is waited for: the lease, which can't be renewed meanwhile, decides who stores the end.
    private async Task StoreAsync(RunningTurn running, TurnOutcome outcome)
    {
        while (true)
        {
            try
            {
                await store.FinishAsync(running.Turn, outcome, running.Writer.Events, CancellationToken.None);
                return;
            }
            catch (Exception exception) when (TransientFailures.IsTransient(exception))
            {
                Log.FinishRetried(logger, running.Turn.Id, exception.Message);
                if (running.Reason is TurnEndReason.Handover)
                    throw new OperationCanceledException("The replica shuts down while the database is away.", exception);
                await Task.Delay(FinishPause, time, CancellationToken.None);
            }
        }
    }

    private async Task HandOverAsync(RunningTurn running, Task writes)
    {
        running.Writer.Complete();
        await writes;
        await leases.ReleaseAsync(running.Turn.Id, running.Turn.LeaseEpoch, isOrderly: true, CancellationToken.None);
        Log.TurnHandedOver(logger, running.Turn.Id);
    }

    private string Receipt(TurnContext context, PipelineEnd end, PromptTokens? tokens)
    {
        var timings = context.Tally.ToTimings(time, context.StartedAt);
        var receipt = new Dictionary<string, object?>(context.Receipt)
        {
            ["turn"] = WireId.Format(WireId.Turn, context.Turn.Id),
            ["status"] = end.Status,
            ["model"] = context.Tally.Model,
            ["upstream"] = context.Tally.Upstream,
            ["usage"] = new { context.Tally.InputTokens, context.Tally.CachedTokens, context.Tally.OutputTokens },
            ["promptTokens"] = tokens is null ? null : new { tokens.System, tokens.Tools, tokens.Summary, tokens.Recalled, tokens.Messages },
            ["tools"] = context.OwnSteps.Select(step => new { step.Id, step.Round, step.Name, step.Arguments, step.Status, ms = step.DurationMs }),
            ["generations"] = context.Tally.Generations,
            ["takeovers"] = context.Turn.Takeovers,
            ["timings"] = new { ttftMs = timings.TimeToFirstTokenMs, tokensPerSecond = timings.TokensPerSecond, totalMs = timings.TotalMs, parts = timings.Parts },
        };
        return JsonSerializer.Serialize(receipt, ReceiptJson);
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

    private sealed record PipelineEnd(string Status, Error? Error = null)
    {
        public static PipelineEnd Interrupted(string message) =>
            new(TurnStatus.Interrupted, new Error { Code = "interrupted", Type = "server_error", Message = message });
    }
}
