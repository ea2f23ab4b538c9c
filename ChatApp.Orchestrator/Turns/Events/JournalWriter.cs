using System.Collections.Concurrent;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.ServiceDefaults.Storage;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Turns.Events;

/// <summary>
/// Writes at short intervals what the journals of a replica's turns lack, all turns in one statement.
/// </summary>
internal sealed class JournalWriter(
    TurnJournal journal, TimeProvider time, IOptions<TurnOptions> options, ILogger<JournalWriter> logger) : BackgroundService
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(40);

    private readonly ConcurrentDictionary<RunningTurn, byte> _turns = [];
    private readonly AsyncAutoResetEvent _hurry = new();

    public void Watch(RunningTurn turn) => _turns[turn] = 0;

    public void Forget(RunningTurn turn) => _turns.TryRemove(turn, out _);

    /// <summary>Somebody waits for the journal: write it now.</summary>
    public void Hurry() => _hurry.Set();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            try
            {
                await WriteAsync(CancellationToken.None);
            }
            catch (Exception exception) when (TransientFailures.IsTransient(exception))
            {
                Log.DatabaseAway(logger, exception.Message);
            }
            catch (Exception exception)
            {
                // Every turn of this replica lives by this loop: it outlives whatever goes wrong in one round.
                Log.UpkeepFailed(logger, exception);
            }

            await PauseAsync(time.GetElapsedTime(began), stoppingToken);
        }
    }

    private async Task PauseAsync(TimeSpan took, CancellationToken cancellationToken)
    {
        try
        {
            if (took < ShortestInterval)
                await Task.Delay(ShortestInterval - took, time, cancellationToken);
            await _hurry.WaitAsync(options.Value.DraftInterval, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The host stops; turns were handed over before this service is stopped.
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var snapshot = time.GetTimestamp();
        var entries = new Dictionary<Guid, (JournalEntry Entry, RunningTurn Turn)>();
        foreach (var turn in _turns.Keys)
        {
            if (turn.Writer.Unpersisted() is { } entry)
                entries[turn.Turn.Id] = (entry, turn);
        }

        if (entries.Count == 0)
            return;

        var states = await journal.AppendAsync([.. entries.Values.Select(e => e.Entry)], cancellationToken);
        if (time.GetElapsedTime(snapshot) is var took && took > options.Value.DraftInterval)
            Log.JournalSlow(logger, entries.Count, took.TotalMilliseconds);
        foreach (var state in states)
        {
            var (entry, turn) = entries[state.TurnId];
            turn.Writer.Journaled(state, entry.LastNumber, snapshot);
            if (state.Fenced)
                turn.CutShort(TurnEndReason.Fenced);
        }
    }
}
