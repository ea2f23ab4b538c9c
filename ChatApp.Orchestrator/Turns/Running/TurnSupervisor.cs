using System.Collections.Concurrent;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.V1;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>Owns the turns that this replica runs: starts them apart from their callers, finds them, and hands them over at the end.</summary>
internal sealed class TurnSupervisor(
    TurnRunner runner, TurnLog log, JournalWriter journal, TimeProvider time, IOptions<TurnOptions> options, ILogger<TurnSupervisor> logger)
    : IHostedLifecycleService
{
    private readonly ConcurrentDictionary<Guid, RunningTurn> _running = [];
    private volatile bool _stopping;

    /// <summary>Runs a turn that this replica holds the lease of.</summary>
    /// <param name="turn">The turn, with the epoch of our lease.</param>
    /// <param name="events">Its events so far, from the first on.</param>
    /// <param name="question">What it answers, where that is at hand.</param>
    public void Launch(TurnRecord turn, IReadOnlyList<TurnEvent> events, KnownQuestion? question = null)
    {
        var writer = new TurnWriter(turn, events, log, options.Value, time, journal.Hurry);
        var running = new RunningTurn(turn, writer) { Question = question };
        // Taken over from ourselves, when the database was away for longer than a lease: the former run is void.
        Find(turn.Id)?.CutShort(TurnEndReason.Fenced);
        _running[turn.Id] = running;
        journal.Watch(running);
        using (ExecutionContext.SuppressFlow())
            running.Task = Task.Run(() => RunAsync(running));
        if (_stopping)
            running.CutShort(TurnEndReason.Handover);
    }

    /// <summary>Ends a turn that this replica holds the lease of and can't run.</summary>
    /// <param name="turn">The turn, with the epoch of our lease.</param>
    /// <param name="events">What can be read of its log, from the first event on.</param>
    /// <param name="reason">Why.</param>
    public Task GiveUpAsync(TurnRecord turn, IReadOnlyList<TurnEvent> events, Exception reason) => runner.GiveUpAsync(turn, events, reason);

    /// <summary>The turns that run here now.</summary>
    public IReadOnlyCollection<RunningTurn> Running => [.. _running.Values];

    public RunningTurn? Find(Guid turnId) => _running.GetValueOrDefault(turnId);

    /// <summary>The replica shuts down: nothing is to be taken over any more.</summary>
    public bool IsStopping => _stopping;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Hands the turns over before anything else is stopped: the server may wait for its last calls until no time is left.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => HandOverAsync(cancellationToken);

    /// <summary>Hands over what was still begun meanwhile.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => HandOverAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task HandOverAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        var turns = _running.Values.ToArray();
        foreach (var turn in turns)
            turn.CutShort(TurnEndReason.Handover);
        await Task.WhenAll(turns.Select(turn => turn.Task)).WaitAsync(cancellationToken);
    }

    private async Task RunAsync(RunningTurn running)
    {
        try
        {
            using var span = TurnTracing.Start(running.Turn);
            await runner.RunAsync(running);
        }
        catch (Exception exception)
        {
            // The heartbeat finds that nobody runs it and gives it up; whoever takes over makes another attempt.
            Log.TurnFailed(logger, exception, running.Turn.Id);
        }
        finally
        {
            running.Writer.Feed.Close();
            journal.Forget(running);
            _running.TryRemove(KeyValuePair.Create(running.Turn.Id, running));
            running.Dispose();
        }
    }
}
