using System.Globalization;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Tools;
using ChatApp.ServiceDefaults.Storage;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>
/// Runs the tools that a turn's model calls. A call is recorded before it runs; after a takeover one that was recorded is
/// not run a second time unless its tool says that this does no harm.
/// </summary>
internal sealed class ToolRounds(ToolRunner runner, ToolCallStore store, TimeProvider time, IOptions<ToolOptions> options, ILogger<ToolRounds> logger)
{
    private const int MostRecordedCalls = 64;
    private const string UnknownOutcome =
        "Error: the outcome of this call is unknown, because the server that ran it went down. It may have been done or not; it was not run again.";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs what a model called at once, all of it side by side.</summary>
    /// <exception cref="FencedException">Another replica owns the turn.</exception>
    public async Task RunAsync(TurnContext turn, IReadOnlyList<(string Name, string Arguments)> calls, CancellationToken cancellationToken)
    {
        var round = ++turn.ToolRounds;
        var steps = calls.Take(MostRecordedCalls).Select((call, index) => new ToolStep
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"call_{turn.Turn.Id:N}_{round}_{index + 1}"),
            Round = round,
            Name = call.Name,
            Arguments = call.Arguments,
        }).ToList();
        await UntilStoredAsync(turn, () => store.RecordAsync(turn.Turn, steps, cancellationToken), cancellationToken);

        // What comes after the tools is a new paragraph.
        if (turn.Answer.Tail is { Length: > 0 } before && !before.EndsWith('\n'))
            await turn.ShowTextAsync("\n\n", cancellationToken);
        foreach (var step in steps)
            await turn.ShowCallAsync(step, cancellationToken);
        var most = options.Value.MostCallsAtOnce;
        await Task.WhenAll(steps.Select((step, index) => index < most
            ? RunOneAsync(turn, step, cancellationToken)
            : FinishAsync(turn, Failed(step, $"Error: at most {most} calls are run at once. Call the others afterwards."), cancellationToken)));
    }

    /// <summary>Goes on with the calls of an earlier owner of the turn.</summary>
    public async Task ResumeAsync(TurnContext turn, CancellationToken cancellationToken)
    {
        if (turn.Turn.LeaseEpoch == 1)
            return;

        var recorded = await store.ListAsync(turn.Turn.UserId, turn.Turn.Id, cancellationToken);
        turn.ToolRounds = recorded.Count == 0 ? 0 : recorded.Max(step => step.Round);
        var shown = turn.Answer.Steps.ToDictionary(step => step.Id);
        foreach (var step in recorded.Where(step => !shown.ContainsKey(step.Id)))
            await turn.ShowCallAsync(step with { Status = ToolStatus.Started, Result = null, DurationMs = 0 }, cancellationToken);
        await Task.WhenAll(recorded.Where(step => shown.GetValueOrDefault(step.Id)?.Result is null).Select(step => step switch
        {
            { Status: not ToolStatus.Started } => turn.ShowResultAsync(step, cancellationToken).AsTask(),
            _ when runner.IsIdempotent(step.Name) => RunOneAsync(turn, step, cancellationToken),
            _ => FinishAsync(turn, step with { Status = ToolStatus.Unknown, Result = UnknownOutcome }, cancellationToken),
        }));
    }

    private async Task RunOneAsync(TurnContext turn, ToolStep step, CancellationToken cancellationToken)
    {
        var offered = turn.Prompt?.Tools.Select(tool => tool.Name) ?? [];
        using var span = TurnTracing.Tool(step);
        var done = await runner.RunAsync(turn.Turn.UserId, offered, step, cancellationToken);
        span.End(done.Status, isError: done.Status == ToolStatus.Failed);
        await FinishAsync(turn, done, cancellationToken);
    }

    private async Task FinishAsync(TurnContext turn, ToolStep step, CancellationToken cancellationToken)
    {
        await UntilStoredAsync(turn, () => store.FinishAsync(turn.Turn, step, cancellationToken), cancellationToken);
        TurnMetrics.ToolCalled(step.Status);
        await turn.ShowResultAsync(step, cancellationToken);
    }

    private static ToolStep Failed(ToolStep step, string message) => step with { Status = ToolStatus.Failed, Result = message };

    // A database that is away pauses the turn and does not end it.
    private async Task UntilStoredAsync(TurnContext turn, Func<Task> store, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await store();
                return;
            }
            catch (Exception exception) when (TransientFailures.IsTransient(exception))
            {
                Log.ToolCallNotStored(logger, turn.Turn.Id, exception.Message);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
