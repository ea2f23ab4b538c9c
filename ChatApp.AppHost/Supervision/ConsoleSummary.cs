using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ChatApp.AppHost.Supervision;

/// <summary>Tells on the console where the product is, once it is, and what went wrong. All else is in the dashboard.</summary>
internal sealed class ConsoleSummary(
    ResourceNotificationService notifications, ResourceLoggerService logs, DistributedApplicationModel model, IConfiguration configuration, IHostApplicationLifetime lifetime) : BackgroundService
{
    private const int LastLines = 12;

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Dictionary<string, string> _states = [];
    private readonly HashSet<string> _healthy = [];
    private bool _wasReady;

    /// <summary>Ends the process with the message alone, where what is wrong is the user's to mend.</summary>
    public static void SayAndExit(object sender, UnhandledExceptionEventArgs unhandled)
    {
        if (Cause(unhandled.ExceptionObject as Exception) is not { } cause)
            return;
        Console.Error.WriteLine($"Cannot start: {cause.Message}");
        Environment.Exit(1);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Console.WriteLine($"Starting. Dashboard: {Dashboard.LoginLink(configuration)}");
        await foreach (var change in notifications.WatchAsync(stoppingToken))
        {
            if (lifetime.ApplicationStopping.IsCancellationRequested)
                break;
            if (!Supervised.Is(change.Resource))
                continue;
            await SayAsync(change, stoppingToken);
            if (change.Snapshot.State?.Text == KnownResourceStates.Running && change.Snapshot.HealthStatus == HealthStatus.Healthy && _healthy.Add(change.Resource.Name))
                SayReadiness();
        }
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine("Stopped.");
        return base.StopAsync(cancellationToken);
    }

    private async Task SayAsync(ResourceEvent change, CancellationToken cancellationToken)
    {
        var state = change.Snapshot.State?.Text ?? "";
        var before = _states.GetValueOrDefault(change.ResourceId);
        _states[change.ResourceId] = state;
        if (state == before)
            return;
        if (state == Restarts.Restarting)
            Console.WriteLine($"  {change.Resource.Name} ended by itself (exit code {change.Snapshot.ExitCode}) and is started again");
        if (state == KnownResourceStates.RuntimeUnhealthy)
            Console.Error.WriteLine($"  {change.Resource.Name} needs a container engine, and none answers");
        if (state != KnownResourceStates.FailedToStart)
            return;

        Console.Error.WriteLine($"  {change.Resource.Name} did not start. The last of its log, which is in the dashboard too:");
        foreach (var line in (await LogAsync(change.ResourceId, cancellationToken)).TakeLast(LastLines))
            Console.Error.WriteLine($"    | {line}");
        if (change.Resource is not IResourceWithConnectionString || _healthy.Contains(change.Resource.Name))
            return;
        // Without its stores nothing else starts: no half of the product is left running.
        Console.Error.WriteLine($"Nothing works without {change.Resource.Name}: stopping. Mend what its log says, or start over with an empty state: --reset.");
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }

    private async Task<IReadOnlyList<string>> LogAsync(string resourceId, CancellationToken cancellationToken)
    {
        List<string> lines = [];
        await foreach (var batch in logs.GetAllAsync(resourceId).WithCancellation(cancellationToken))
            lines.AddRange(batch.Select(line => line.Content));
        return lines;
    }

    private void SayReadiness()
    {
        var awaited = model.Resources.Where(resource => resource is ProjectResource && Supervised.Is(resource)).ToList();
        if (_wasReady || !awaited.TrueForAll(resource => _healthy.Contains(resource.Name)))
            return;
        _wasReady = true;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Ready after {Stopwatch.GetElapsedTime(_started).TotalSeconds:0.0} s. Ctrl+C stops it."));
        foreach (var resource in awaited)
        {
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.IsExternal))
                Console.WriteLine($"  {resource.Name,-10} {endpoint.AllocatedEndpoint?.UriString}");
        }

        Console.WriteLine($"  {"dashboard",-10} {Dashboard.LoginLink(configuration)}");
    }

    // A setting of the wrong type is told by the configuration's binder, with its name and value.
    private static Exception? Cause(Exception? exception) =>
        exception is null or DistributedApplicationException || exception.Message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) ? exception : Cause(exception.InnerException);
}
