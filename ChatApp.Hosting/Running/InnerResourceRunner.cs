using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ChatApp.Hosting.Running;

/// <summary>Follows a resource that lives inside another: made once the parent is healthy, and well while the parent is.</summary>
internal sealed class InnerResourceRunner(IResource resource, IResource parent, InnerResourceDefinition definition, RunServices run) : IResourceRunner, IAsyncDisposable
{
    private const int Attempts = 5;

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public IResource Resource { get; } = resource;

    public string Id => Resource.Name;

    public bool HasCommands => false;

    public void Start()
    {
        if (_loop.IsCompleted && !_stop.IsCancellationRequested)
            _loop = Task.Run(() => RunAsync(_stop.Token));
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        CancellationTokenSource? monitoring = null;
        var monitor = Task.CompletedTask;
        try
        {
            await PublishAsync(snapshot => snapshot.With(KnownProperties.WaitsFor, parent.Name) with { State = KnownResourceStates.Waiting });
            await foreach (var change in run.Notifications.WatchAsync(stop))
            {
                if (!ReferenceEquals(change.Resource, parent))
                    continue;
                var parentIsWell = change.Snapshot.HealthStatus == HealthStatus.Healthy;
                if (parentIsWell && monitoring is null)
                {
                    monitoring = CancellationTokenSource.CreateLinkedTokenSource(stop);
                    monitor = FollowAsync(monitoring.Token);
                }
                else if (!parentIsWell && monitoring is not null && change.Snapshot.State?.Text != KnownResourceStates.Running)
                {
                    await monitoring.CancelAsync();
                    await monitor;
                    monitoring.Dispose();
                    monitoring = null;
                    await PublishAsync(snapshot => snapshot.With(KnownProperties.WaitsFor, parent.Name) with { State = KnownResourceStates.Waiting, HealthReports = [] });
                }

                if (ResourceNotificationService.IsUnavailable(change.Snapshot))
                    await PublishAsync(snapshot => snapshot.With(KnownProperties.Failure, change.Snapshot.Property<string>(KnownProperties.Failure)).With(KnownProperties.FailureLog, change.Snapshot.Property<string>(KnownProperties.FailureLog)).With(KnownProperties.WaitsFor, null)
                        with
                    { State = change.Snapshot.State, HealthReports = [] });
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await monitor;
            await PublishAsync(snapshot => snapshot with { State = KnownResourceStates.Exited, HealthReports = [] });
        }
        finally
        {
            monitoring?.Dispose();
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            await EnsureCreatedAsync(cancellationToken);
            var health = new HealthMonitor(Resource, Id, new Dictionary<string, int>(), run, () => run.Eventing.PublishAsync(new ResourceReadyEvent(Resource, run.Services), cancellationToken));
            await PublishAsync(snapshot => snapshot.With(KnownProperties.WaitsFor, null).With(KnownProperties.Failure, null).With(KnownProperties.FailureLog, null)
                with
            { State = KnownResourceStates.Running, StartTimeStamp = run.Time.GetUtcNow().UtcDateTime, HealthReports = health.Unknown });
            await health.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The parent went away, or the application stops.
        }
        catch (Exception exception)
        {
            await PublishAsync(snapshot => snapshot.With(KnownProperties.Failure, exception.Message) with { State = new ResourceStateSnapshot(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error) });
        }
    }

    /// <summary>A busy machine may let the first attempts run into their timeout.</summary>
    private async Task EnsureCreatedAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await definition.EnsureCreatedAsync(Resource, cancellationToken);
                return;
            }
            catch (Exception exception) when (attempt < Attempts && !cancellationToken.IsCancellationRequested)
            {
                run.Logs.Log(Id).Append($"Attempt {attempt} failed: {exception.Message}", isError: true);
                await Task.Delay(RestartDelay.After(attempt, run.Options.LongestRestartDelay), run.Time, cancellationToken);
            }
        }
    }

    private Task PublishAsync(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) => run.Notifications.PublishUpdateAsync(Resource, Id, change);
}
