using System.Diagnostics;
using System.Text.Json;
using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Conversations.Answers;
using ChatApp.Orchestrator.Conversations.Changes;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Conversations.Titles;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Prompts;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.Turns.Starting;
using ChatApp.Orchestrator.V1;
using ChatApp.ServiceDefaults.Storage;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>Makes a turn's end permanent, whatever way it ended, and shows it then.</summary>
internal sealed class TurnEnding(
    TurnStore store, EarlierOwners earlier, TurnFollowUp followUp, TimeProvider time, IOptions<TurnOptions> options, ILogger<TurnEnding> logger)
{
    private static readonly JsonSerializerOptions ReceiptJson = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <exception cref="FencedException">Another replica owns the turn.</exception>
    public async Task StoreAsync(RunningTurn running, TurnContext context, PipelineEnd end)
    {
        var writer = running.Writer;
        // Where it ended before its model was asked again, as one that was stopped or given up.
        await earlier.MeterAsync(context, CancellationToken.None);
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

        await UntilStoredAsync(
            running.Turn, () => store.FinishAsync(running.Turn, outcome, writer.Events, CancellationToken.None), () => running.Reason is TurnEndReason.Handover);
        TurnMetrics.Ended(outcome, writer.Feed.Since(0), writer.Events);
        await writer.ShowLastAsync();
        await followUp.EndedAsync(context, outcome);
        Log.TurnEnded(logger, running.Turn.Id, outcome.Status, outcome.Usage.OutputTokens, outcome.Timings.TotalMs);
    }

    /// <summary>
    /// Ends a turn of which not everything can be read, or whose end can't be stored: what can be kept is. Left as it is, it
    /// would be taken over and fail again for ever, and hold its conversation.
    /// </summary>
    /// <param name="turn">The turn, with the epoch of our lease.</param>
    /// <param name="events">What can be read of its log, from the first event on.</param>
    /// <param name="context">What it used, where it came to run.</param>
    /// <exception cref="FencedException">Another replica owns the turn.</exception>
    public async Task GiveUpAsync(TurnRecord turn, IReadOnlyList<TurnEvent> events, TurnContext? context)
    {
        var end = PipelineEnd.OurFault;
        var outcome = new TurnOutcome
        {
            Status = end.Status,
            Model = context?.Tally.Model ?? "",
            Usage = context?.Tally.ToUsage() ?? new Usage(),
            Cost = context?.Tally.Cost ?? 0,
            Upstream = context?.Tally.Upstream ?? "",
            Timings = new Timings(),
            Error = end.Error,
            Receipt = "{}",
        };
        List<TurnEvent> known = [.. events.TakeWhile((turnEvent, index) => turnEvent.Number == index + 1 && turnEvent.Ended is null)];
        var last = new TurnEvent { Number = known.Count + 1, Ended = new TurnEnded { Status = end.Status, Usage = outcome.Usage, Timings = outcome.Timings, Error = end.Error } };
        await UntilStoredAsync(turn, () => store.GiveUpAsync(turn, outcome, [.. known, last], CancellationToken.None), () => false);
        Activity.Current.End(outcome.Status, isError: true);
        TurnMetrics.Ended(outcome, [.. events.Where(turnEvent => turnEvent.Ended is null)], known);
        followUp.Changed(turn);
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

    // A database that is away is waited for: the lease, which can't be renewed meanwhile, decides who stores the end.
    private async Task UntilStoredAsync(TurnRecord turn, Func<Task> finish, Func<bool> isHandedOver)
    {
        while (true)
        {
            try
            {
                await finish();
                return;
            }
            catch (Exception exception) when (TransientFailures.IsTransient(exception))
            {
                Log.FinishRetried(logger, turn.Id, exception.Message);
                if (isHandedOver())
                    throw new OperationCanceledException("The replica shuts down while the database is away.", exception);
                await Task.Delay(Pause, time, CancellationToken.None);
            }
        }
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
}

/// <summary>How a turn came to its end.</summary>
internal sealed record PipelineEnd(string Status, Error? Error = null)
{
    /// <summary>Something that nobody foresaw.</summary>
    public static PipelineEnd OurFault =>
        new(TurnStatus.Failed, new Error { Code = "internal_error", Type = "server_error", Message = "Something went wrong on our side. Try again." });

    public static PipelineEnd Interrupted(string message) =>
        new(TurnStatus.Interrupted, new Error { Code = "interrupted", Type = "server_error", Message = message });
}
