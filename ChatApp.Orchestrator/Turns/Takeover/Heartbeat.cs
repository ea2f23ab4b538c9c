using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Turns.Leases;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.Turns.Running;
using ChatApp.ServiceDefaults.Storage;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Turns.Takeover;

/// <summary>
/// Says at every interval that this replica lives, in a loop and on a connection of its own: however much there is to
/// write, the leases don't expire for it. Learns on the way which turns are to stop and which ones others own now.
/// </summary>
internal sealed class Heartbeat(TurnLeases leases, TurnSupervisor supervisor, TimeProvider time, IOptions<TurnOptions> options, ILogger<Heartbeat> logger)
    : BackgroundService
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<Guid, long> _strays = [];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first turn: it would be anyone's.
        await TransientFailures.RetryAsync(time, options.Value.LeaseDuration, leases.RenewAsync, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await leases.LeaveAsync(cancellationToken);
        }
        catch (Exception exception) when (TransientFailures.IsTransient(exception) || exception is OperationCanceledException)
        {
            Log.DatabaseAway(logger, exception.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            var interval = options.Value.HeartbeatInterval;
            try
            {
                await BeatAsync();
            }
            catch (Exception exception) when (TransientFailures.IsTransient(exception))
            {
                // Perhaps only the connection broke: a lease does not wait for the next beat.
                interval = interval < AfterFailure ? interval : AfterFailure;
                Log.DatabaseAway(logger, exception.Message);
            }
            catch (Exception exception)
            {
                // Every turn of this replica lives by this loop: it outlives whatever goes wrong in one round.
                Log.UpkeepFailed(logger, exception);
            }

            var rest = interval - time.GetElapsedTime(began);
            if (rest > TimeSpan.Zero)
                await Task.Delay(rest, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task BeatAsync()
    {
        var running = supervisor.Running;
        var held = await leases.RenewAsync(CancellationToken.None);
        foreach (var turn in running)
        {
            if (held.GetValueOrDefault(turn.Turn.Id)?.Epoch != turn.Turn.LeaseEpoch)
                turn.CutShort(TurnEndReason.Fenced);
            else if (held[turn.Turn.Id].IsStopRequested)
                turn.CutShort(TurnEndReason.Stop);
        }

        await GiveUpStraysAsync(held);
    }

    // Ours by name, and nobody runs them: one whose run failed, or whose start was stored although its caller heard nothing
    // of it. What was only just begun or taken over gets the time to be launched.
    private async Task GiveUpStraysAsync(IReadOnlyDictionary<Guid, HeldLease> held)
    {
        foreach (var gone in _strays.Keys.Where(id => !held.ContainsKey(id) || supervisor.Find(id) is not null).ToList())
            _strays.Remove(gone);
        foreach (var lease in held.Values.Where(lease => supervisor.Find(lease.TurnId) is null))
        {
            if (_strays.TryAdd(lease.TurnId, time.GetTimestamp()) || time.GetElapsedTime(_strays[lease.TurnId]) < options.Value.LeaseDuration)
                continue;
            await leases.ReleaseAsync(lease.TurnId, lease.Epoch, isOrderly: false, CancellationToken.None);
            _strays.Remove(lease.TurnId);
        }
    }
}
