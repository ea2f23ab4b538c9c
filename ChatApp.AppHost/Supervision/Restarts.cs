using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ChatApp.AppHost.Supervision;

/// <summary>
/// Starts a process again that ended without being asked to, after a pause that doubles until it was healthy again. What
/// never became healthy is given up. Aspire itself leaves all of it to whoever looks at the dashboard.
/// </summary>
internal sealed partial class Restarts(
    ResourceNotificationService notifications, ResourceCommandService commands, ResourceLoggerService logs, IHostApplicationLifetime lifetime) : BackgroundService
{
    public const string Restarting = "Restarting";
    private const int Attempts = 3;
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Instance> _instances = [];
    private readonly List<Task> _restarts = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (var change in notifications.WatchAsync(ending.Token))
            {
                if (!Supervised.Is(change.Resource))
                    continue;
                _restarts.RemoveAll(restart => restart.IsCompletedSuccessfully);
                // Aspire's own last word on a process may come after ours.
                if (_instances.GetValueOrDefault(change.ResourceId) is { IsGivenUp: true } && IsEnd(change.Snapshot.State?.Text))
                    await SayFailedAsync(change);
                if (HasCrashed(change) is { } instance)
                    _restarts.Add(RestartAsync(change, instance, ending.Token));
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            await Task.WhenAll(_restarts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A person's stop comes by way of "Stopping".
    private Instance? HasCrashed(ResourceEvent change)
    {
        if (!_instances.TryGetValue(change.ResourceId, out var instance))
            _instances[change.ResourceId] = instance = new Instance();
        var (before, now, endedAt) = (instance.State, change.Snapshot.State?.Text, change.Snapshot.StopTimeStamp);
        // DCP may tell the last process's end once more after the next one was started.
        if (IsEnd(now) && endedAt is not null && endedAt == instance.EndedAt)
            return null;
        if (IsEnd(now))
            instance.EndedAt = endedAt;
        instance.State = now ?? before;
        instance.IsGivenUp &= now != KnownResourceStates.Starting && now != KnownResourceStates.Running;
        if (now == KnownResourceStates.Running && change.Snapshot.HealthStatus == HealthStatus.Healthy)
            (instance.WasHealthy, instance.Crashes) = (true, 0);
        if (before is null || before == KnownResourceStates.Stopping || before == Restarting || KnownResourceStates.TerminalStates.Contains(before))
            return null;
        // What could not even be started says why, and would say so again.
        if (!IsEnd(now))
            return null;
        instance.Crashes++;
        return instance;
    }

    private static bool IsEnd(string? state) => KnownResourceStates.TerminalStates.Contains(state) && state != KnownResourceStates.FailedToStart;

    private Task SayFailedAsync(ResourceEvent change) => PublishAsync(change, new ResourceStateSnapshot(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error));

    private async Task RestartAsync(ResourceEvent crash, Instance instance, CancellationToken cancellationToken)
    {
        var logger = logs.GetLogger(crash.ResourceId);
        if (!instance.WasHealthy && instance.Crashes >= Attempts)
        {
            LogGivenUp(logger, instance.Crashes, crash.Snapshot.ExitCode);
            instance.IsGivenUp = true;
            await SayFailedAsync(crash);
            return;
        }

        var doubled = s_first * Math.Pow(2, Math.Min(instance.Crashes - 1, 16));
        var pause = doubled < s_longest ? doubled : s_longest;
        LogRestart(logger, crash.Snapshot.ExitCode, pause.TotalSeconds);
        await PublishAsync(crash, new ResourceStateSnapshot(Restarting, KnownResourceStateStyles.Warn));
        await Task.Delay(pause, cancellationToken);
        // Whoever looks at the dashboard may have been quicker.
        if (notifications.TryGetCurrentState(crash.ResourceId, out var current) && current.Snapshot.State?.Text is { } now && now != Restarting && !KnownResourceStates.TerminalStates.Contains(now))
            return;
        var result = await commands.ExecuteCommandAsync(crash.ResourceId, KnownResourceCommands.StartCommand, cancellationToken);
        if (!result.Success && !cancellationToken.IsCancellationRequested)
            LogFailed(logger, result.Message);
    }

    private Task PublishAsync(ResourceEvent crash, ResourceStateSnapshot state) =>
        notifications.PublishUpdateAsync(crash.Resource, crash.ResourceId, snapshot => snapshot with { State = state });

    [LoggerMessage(Level = LogLevel.Warning, Message = "The process ended by itself (exit code {ExitCode}); it is started again in {Seconds} s")]
    private static partial void LogRestart(ILogger logger, int? exitCode, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "The process ended {Crashes} times before it was healthy (exit code {ExitCode}); it is not started again")]
    private static partial void LogGivenUp(ILogger logger, int crashes, int? exitCode);

    [LoggerMessage(Level = LogLevel.Error, Message = "It could not be started again: {Reason}")]
    private static partial void LogFailed(ILogger logger, string? reason);

    private sealed class Instance
    {
        public string? State { get; set; }

        /// <summary>When the last process that is known to have ended did.</summary>
        public DateTime? EndedAt { get; set; }

        public bool WasHealthy { get; set; }

        public bool IsGivenUp { get; set; }

        /// <summary>In a row, without having been healthy between.</summary>
        public int Crashes { get; set; }
    }
}
