using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Leases;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.Turns.Running;
using ChatApp.Orchestrator.V1;
using ChatApp.ServiceDefaults;
using ChatApp.ServiceDefaults.Storage;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Turns.Takeover;

/// <summary>Looks for turns whose replica went silent, and goes on with them.</summary>
internal sealed class TurnTakeover(
    TurnLeases leases, TurnLog log, TurnJournal journal, TurnSupervisor supervisor, TimeProvider time, IOptions<TurnOptions> options,
    ILogger<TurnTakeover> logger) : PeriodicService
{
    private const int MostAtOnce = 64;

    // While the database was away nobody could renew a lease: living owners are given the time to do so first.
    private long _graceUntil;

    protected override PeriodicTimer NewTimer() => new(options.Value.HeartbeatInterval, time);

    protected override Task WorkAsync(CancellationToken cancellationToken) =>
        supervisor.IsStopping || time.GetTimestamp() < _graceUntil ? Task.CompletedTask : TakeOverAsync(cancellationToken);

    protected override void Failed(Exception exception)
    {
        if (!TransientFailures.IsTransient(exception))
        {
            Log.UpkeepFailed(logger, exception);
            return;
        }

        _graceUntil = time.GetTimestamp() + (long)(options.Value.HeartbeatInterval.TotalSeconds * 2 * time.TimestampFrequency);
        Log.DatabaseAway(logger, exception.Message);
    }

    private async Task TakeOverAsync(CancellationToken cancellationToken)
    {
        var claimed = await leases.ClaimExpiredAsync(MostAtOnce, cancellationToken);
        await Task.WhenAll(claimed.Select(turn => TakeOverAsync(turn, cancellationToken)));
    }

    // Each by itself: what is wrong with one is no reason for the others to wait.
    private async Task TakeOverAsync(TurnRecord turn, CancellationToken cancellationToken)
    {
        Log.TurnTakenOver(logger, turn.Id, turn.Takeovers);
        try
        {
            supervisor.Launch(turn, await RecoverAsync(turn, cancellationToken));
        }
        catch (FencedException)
        {
            Log.TurnFenced(logger, turn.Id);
        }
        catch (Exception exception) when (exception is not OperationCanceledException && !TransientFailures.IsTransient(exception))
        {
            await supervisor.GiveUpAsync(turn, await journal.ReadReadableAsync(turn.UserId, turn.Id, cancellationToken), exception);
        }
    }

    /// <summary>What viewers may have seen: the journal, and what Redis has beyond it.</summary>
    private async Task<IReadOnlyList<TurnEvent>> RecoverAsync(TurnRecord turn, CancellationToken cancellationToken)
    {
        var isLogRead = true;
        var events = new List<TurnEvent>(await journal.ReadAsync(turn.UserId, turn.Id, 0, cancellationToken));
        try
        {
            // First lock the last owner out, then read: nothing can be added in between.
            await log.FenceAsync(turn.Id, turn.LeaseEpoch);
            events.AddRange(await log.ReadAsync(turn.Id, turn.LeaseEpoch, events.Count));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            isLogRead = false;
            Log.LogAway(logger, turn.Id, exception.Message);
        }

        TurnMetrics.TakenOver(turn, isLogRead);
        return events;
    }
}
