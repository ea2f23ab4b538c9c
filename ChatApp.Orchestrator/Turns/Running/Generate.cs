using ChatApp.Orchestrator.Tools;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>
/// Streams the answer, and runs the tools that the model calls on the way. What an earlier owner of the turn has shown and
/// called is gone on with.
/// </summary>
internal sealed class Generate(
    ModelRuns runs, EarlierOwners earlier, BuildPrompt buildPrompt, ToolRounds toolRounds, TimeProvider time, IOptions<ToolOptions> toolOptions) : ITurnStage
{
    public async Task RunAsync(TurnContext turn, CancellationToken cancellationToken)
    {
        if (turn.Prompt is null)
            throw new InvalidOperationException("A turn generates after its prompt is built.");
        await earlier.MeterAsync(turn, cancellationToken);
        if (turn.Turn.LeaseEpoch > 1)
        {
            turn.Tally.Spent.FollowEarlierOwner(turn.OwnSteps.Where(step => step.Result is not null));
            await TimedAsync(() => toolRounds.ResumeAsync(turn, cancellationToken), turn.Tally.Spent.OnTools);
        }

        while (true)
        {
            var mayCall = turn.ToolRounds < toolOptions.Value.MostRounds;
            var calls = await runs.RunAsync(turn, mayCall, cancellationToken);
            // A model that calls although it was told to answer has had its say.
            if (calls.Count == 0 || !mayCall)
                return;
            await TimedAsync(() => toolRounds.RunAsync(turn, calls, cancellationToken), turn.Tally.Spent.OnTools);
            if (turn.ToolRounds >= toolOptions.Value.MostRounds)
                await turn.NotifyAsync("tool_limit", $"The tools were called {turn.ToolRounds} times in a row; the model has to answer now.", cancellationToken);
            await TimedAsync(() => buildPrompt.FitAgainAsync(turn, cancellationToken), turn.Tally.Spent.OnPrompt);
        }
    }

    // Also what is cut short has taken its time.
    private async Task TimedAsync(Func<Task> work, Action<TimeSpan> took)
    {
        var began = time.GetTimestamp();
        try
        {
            await work();
        }
        finally
        {
            took(time.GetElapsedTime(began));
        }
    }
}
