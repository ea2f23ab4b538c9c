using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ChatApp.Hosting.Running;

/// <summary>Waits for what a resource waits for.</summary>
internal sealed class DependencyGate(IResource resource, string id, RunServices run)
{
    /// <exception cref="DistributedApplicationException">One of the others cannot start, and the wait says to fail then.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        WaitAnnotation[] waits = [.. resource.Annotations.OfType<WaitAnnotation>().DistinctBy(wait => (wait.Resource, wait.WaitType))];
        if (waits.Length == 0)
            return;

        var pending = waits.Select(wait => wait.Resource.Name).ToHashSet();
        await PublishAsync(pending);
        await Task.WhenAll(waits.Select(async wait =>
        {
            await WaitAsync(wait, cancellationToken);
            bool left;
            lock (pending)
                left = pending.Remove(wait.Resource.Name) && pending.Count > 0;
            if (left)
                await PublishAsync(pending);
        }));
        await run.Notifications.PublishUpdateAsync(resource, id, snapshot => snapshot.With(KnownProperties.WaitsFor, null));
    }

    private Task PublishAsync(HashSet<string> pending)
    {
        string names;
        lock (pending)
            names = string.Join(", ", pending.Order());
        return run.Notifications.PublishUpdateAsync(resource, id, snapshot => snapshot.With(KnownProperties.WaitsFor, names) with { State = KnownResourceStates.Waiting });
    }

    private async Task WaitAsync(WaitAnnotation wait, CancellationToken cancellationToken)
    {
        var behavior = wait.WaitBehavior ?? run.Options.DefaultWaitBehavior;
        switch (wait.WaitType)
        {
            case WaitType.WaitUntilHealthy:
                await run.Notifications.WaitForResourceHealthyAsync(wait.Resource.Name, behavior, cancellationToken);
                break;
            case WaitType.WaitUntilStarted:
                await run.Notifications.WaitForResourceAsync(wait.Resource.Name, change => Check(change, behavior) || change.Snapshot.State?.Text == KnownResourceStates.Running, cancellationToken);
                break;
            case WaitType.WaitForCompletion:
                var ended = await run.Notifications.WaitForResourceAsync(wait.Resource.Name, change => ResourceNotificationService.IsUnavailable(change.Snapshot), cancellationToken);
                if (ended.Snapshot.State?.Text == KnownResourceStates.FailedToStart || ended.Snapshot.ExitCode != wait.ExitCode)
                    throw new DistributedApplicationException($"'{wait.Resource.Name}' ended with code {ended.Snapshot.ExitCode}, not {wait.ExitCode}.{Environment.NewLine}{ResourceNotificationService.DescribeFailure(ended)}");
                break;
        }
    }

    private static bool Check(ResourceEvent change, WaitBehavior behavior) =>
        behavior == WaitBehavior.StopOnResourceUnavailable && ResourceNotificationService.IsUnavailable(change.Snapshot)
            ? throw new DistributedApplicationException(ResourceNotificationService.DescribeFailure(change))
            : false;
}
