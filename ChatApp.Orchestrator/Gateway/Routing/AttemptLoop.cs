using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Logging;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Gateway.Routing;

/// <summary>
/// Tries the routes of a plan until one gives its first token (or its whole answer, when it is not streamed). Another
/// upstream is tried at once, the same one after a growing pause with jitter; every attempt beyond the first is paid from
/// the <see cref="RetryBudget"/>. With hedging a second upstream is asked while the first is still silent, and the slower
/// one is cancelled.
/// </summary>
internal sealed class AttemptLoop(
    UpstreamBoard board, RetryBudget budget, IOptionsMonitor<GatewayOptions> options, TimeProvider time, ILogger<AttemptLoop> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Opens an answer at a route; owns the lease and the cancellation from the call on.</summary>
    public delegate Task<T> Opener<T>(PlannedRoute route, UpstreamLease lease, CancellationTokenSource cancel);

    /// <param name="plan">The routes, the best first.</param>
    /// <param name="open">Opens an answer.</param>
    /// <param name="lost">Told of an answer that had begun and is not taken, before it is ended; null: nothing is hedged.</param>
    /// <param name="cancellationToken">Ends all attempts.</param>
    /// <exception cref="UpstreamException">No route gave an answer; the last one's failure.</exception>
    public async Task<T> RunAsync<T>(IReadOnlyList<PlannedRoute> plan, Opener<T> open, Func<T, Task>? lost, CancellationToken cancellationToken)
    {
        if (plan.Count == 0)
            throw new UpstreamException("", UpstreamFailure.Misconfigured, "No server is configured for this model.");
        budget.Deposit();
        var state = new PlanProgress(plan, board);
        var running = new List<Attempt<T>>(2);
        var hedged = lost is null;
        try
        {
            while (true)
            {
                if (running.Count == 0)
                    running.Add(Start(await NextAsync(state, cancellationToken), open, cancellationToken));

                var hedgeAfter = hedged ? null : options.CurrentValue.HedgeAfter;
                var finished = await FirstAsync(running, hedgeAfter, cancellationToken);
                if (finished is null)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    hedged = true;
                    if (state.Started < options.CurrentValue.Attempts && state.Peek() && budget.TryWithdraw() && state.TryNext(out var second, out _))
                    {
                        Log.UpstreamHedged(logger, running[0].Route.Route.Name, second.Route.Route.Name);
                        running.Add(Start(second, open, cancellationToken));
                    }

                    continue;
                }

                running.Remove(finished);
                try
                {
                    return await finished.Task;
                }
                catch (UpstreamException exception) when (exception.MayTryElsewhere)
                {
                    Log.UpstreamFailed(logger, exception.Upstream, exception.Failure, exception.Message);
                    state.Failed(finished.Route, exception);
                }
            }
        }
        finally
        {
            foreach (var loser in running)
                await loser.AbandonAsync(lost);
        }
    }

    private async Task<PlanProgress.Step> NextAsync(PlanProgress state, CancellationToken cancellationToken)
    {
        var current = options.CurrentValue;
        var waited = TimeSpan.Zero;
        var isNewRound = false;
        while (true)
        {
            if (state.Last is { } last && (state.Started >= current.Attempts || state.IsHopeless))
                throw last;
            if (state.TryNext(out var step, out var wait))
            {
                if (state.Last is { } failure && !budget.TryWithdraw())
                {
                    step.Lease.Dispose();
                    Log.RetryBudgetSpent(logger, failure.Upstream);
                    throw failure;
                }

                if (isNewRound)
                    await PauseAsync(state, step, cancellationToken);
                return step;
            }

            if (state.NewRound())
            {
                isNewRound = true;
                continue;
            }

            // Nothing may be asked now.
            if (wait > current.QueuePatience - waited)
                throw state.Last ?? state.Unavailable(wait);
            waited += wait;
            await Task.Delay(wait, time, cancellationToken);
        }
    }

    // Full jitter: replicas that failed together do not come back together.
    private async Task PauseAsync(PlanProgress state, PlanProgress.Step step, CancellationToken cancellationToken)
    {
        try
        {
            var most = FirstPause * Math.Pow(2, Math.Min(10, state.Started));
            await Task.Delay((most < LongestPause ? most : LongestPause) * Random.Shared.NextDouble(), time, cancellationToken);
        }
        catch
        {
            step.Lease.Dispose();
            throw;
        }
    }

    private static Attempt<T> Start<T>(PlanProgress.Step step, Opener<T> open, CancellationToken cancellationToken)
    {
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        return new Attempt<T>(step.Route, open(step.Route, step.Lease, cancel), cancel);
    }

    private async Task<Attempt<T>?> FirstAsync<T>(List<Attempt<T>> running, TimeSpan? hedgeAfter, CancellationToken cancellationToken)
    {
        if (running.Count == 1 && hedgeAfter is null)
        {
            await ((Task)running[0].Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return running[0];
        }

        using var delayEnds = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tasks = running.ConvertAll(attempt => (Task)attempt.Task);
        if (hedgeAfter is { } patience)
            tasks.Add(Task.Delay(patience, time, delayEnds.Token));
        var first = await Task.WhenAny(tasks);
        await delayEnds.CancelAsync();
        return running.Find(attempt => attempt.Task == first);
    }

    private sealed class Attempt<T>(PlannedRoute route, Task<T> task, CancellationTokenSource cancel)
    {
        public PlannedRoute Route { get; } = route;

        public Task<T> Task { get; } = task;

        /// <summary>Ends the attempt and whatever it has opened.</summary>
        public async Task AbandonAsync(Func<T, Task>? lost)
        {
            try
            {
                await cancel.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // It ended by itself in this very moment.
            }

            await ((Task)Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!Task.IsCompletedSuccessfully)
                return;
            var answer = await Task;
            if (lost is not null)
                await lost(answer);
            if (answer is IAsyncDisposable opened)
                await opened.DisposeAsync();
        }
    }
}
