using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Turns;

/// <summary>
/// The heartbeat of a replica's turns: at short intervals writes what their journals lack, all turns in one statement,
/// and renews their leases. One loop does both, so that no two of its statements wait for each other's rows.
/// </summary>
public sealed class JournalWriter(
    TurnJournal journal, TurnLeases leases, TimeProvider time, IOptions<TurnOptions> options, ILogger<JournalWriter> logger) : BackgroundService
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(40);

    private readonly ConcurrentDictionary<RunningTurn, byte> _turns = [];
    private readonly Nudge _hurry = new();
    private long _renewedAt;

    public void Watch(RunningTurn turn) => _turns[turn] = 0;

    public void Forget(RunningTurn turn) => _turns.TryRemove(turn, out _);

    /// <summary>Somebody waits for the journal: write it now.</summary>
    public void Hurry() => _hurry.Give();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _renewedAt = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            try
            {
                await WriteAsync(CancellationToken.None);
                if (time.GetElapsedTime(_renewedAt) >= options.Value.HeartbeatInterval)
                    await RenewAsync(CancellationToken.None);
            }
            catch (Exception exception) when (exception is Npgsql.NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
            {
                Log.JournalAway(logger, exception.Message);
            }
            catch (Exception exception)
            {
                // Every turn of this replica lives by this loop: it outlives whatever goes wrong in one round.
                Log.HeartbeatFailed(logger, exception);
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

        foreach (var state in await journal.AppendAsync([.. entries.Values.Select(e => e.Entry)], cancellationToken))
        {
            var turn = entries[state.TurnId].Turn;
            turn.Writer.Journaled(state, snapshot);
            if (state.Fenced)
                turn.CutShort(TurnEndReason.Fenced);
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var turns = _turns.Keys.ToArray();
        _renewedAt = time.GetTimestamp();
        if (turns.Length == 0)
            return;

        var renewed = await leases.RenewAsync([.. turns.Select(turn => (turn.Turn.Id, turn.Turn.LeaseEpoch))], cancellationToken);
        foreach (var turn in turns)
        {
            if (!renewed.TryGetValue(turn.Turn.Id, out var stop))
                turn.CutShort(TurnEndReason.Fenced);
            else if (stop)
                turn.CutShort(TurnEndReason.Stop);
        }
    }
}
