using System.Globalization;
using ChatApp.Hosting.Running;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ChatApp.Hosting.Reporting;

/// <summary>Tells on the console what becomes of the resources: a line for each change, the addresses once all are ready.</summary>
internal sealed class ConsoleReporter(TimeProvider time) : IAsyncDisposable
{
    private readonly Dictionary<string, string> _said = [];
    private readonly Dictionary<string, ResourceEvent> _known = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly long _started = time.GetTimestamp();
    private Task _watching = Task.CompletedTask;
    private DistributedApplicationModel? _model;
    private HostingOptions? _options;
    private bool _wasReady;

    public void Start(DistributedApplicationModel model, ResourceNotificationService notifications, HostingOptions options)
    {
        _model = model;
        _options = options;
        if (!options.ReportToConsole)
            return;
        Console.WriteLine($"State and logs: {options.State.Path}");
        if (options.Dashboard is { } dashboard)
            Console.WriteLine($"Dashboard: {dashboard.ToString().TrimEnd('/')}");
        Console.WriteLine();
        _watching = Task.Run(() => WatchAsync(notifications));
    }

    public void Stopping()
    {
        if (_options is { ReportToConsole: true })
            Console.WriteLine("Stopping; Ctrl+C again ends everything at once.");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
    }

    private async Task WatchAsync(ResourceNotificationService notifications)
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(_stop.Token))
            {
                _known[change.ResourceId] = change;
                if (change.Resource is not ParameterResource)
                    Say(change);
                SayReadiness();
            }
        }
        catch (OperationCanceledException)
        {
            // The application has stopped.
        }
    }

    private void Say(ResourceEvent change)
    {
        var snapshot = change.Snapshot;
        var state = snapshot.State?.Text;
        if (state is null || state == KnownResourceStates.NotStarted)
            return;

        var words = state switch
        {
            _ when state == KnownResourceStates.Waiting => $"waits for {snapshot.Property<string>(KnownProperties.WaitsFor)}",
            _ when state == KnownResourceStates.Running && snapshot.HealthStatus == HealthStatus.Healthy => "ready",
            _ when state == KnownResourceStates.Running && _said.GetValueOrDefault(change.ResourceId) == "ready" => "not healthy",
            _ when state == KnownResourceStates.Running => "starting",
            _ => state.ToLowerInvariant(),
        };
        // Waiting for fewer is no news.
        var previous = _said.GetValueOrDefault(change.ResourceId);
        if (words == previous || (words.StartsWith("waits", StringComparison.Ordinal) && previous?.StartsWith("waits", StringComparison.Ordinal) == true))
            return;
        _said[change.ResourceId] = words;

        var failure = snapshot.Property<string>(KnownProperties.Failure);
        var address = words == "ready" ? string.Join(" ", snapshot.Urls.Where(url => !url.IsInternal).Select(url => url.Url)) : failure is not null && words is "failedtostart" or "restarting" or "exited" ? failure : "";
        if (words == "failedtostart")
            words = "cannot start";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(_started).TotalSeconds,6:0.0} s  {change.ResourceId,-16} {words,-14} {address}").TrimEnd());
        if ((words == "cannot start" || (words == "restarting" && snapshot.Property<int>(KnownProperties.Restarts) == 1)) && snapshot.Property<string>(KnownProperties.FailureLog) is { } lines)
        {
            foreach (var line in lines.Split(Environment.NewLine))
                Console.WriteLine($"            | {line}");
        }
    }

    private void SayReadiness()
    {
        if (_wasReady || _known.Count == 0)
            return;
        var waited = _known.Values.Where(known => !known.Resource.HasAnnotationOfType<ExplicitStartupAnnotation>());
        if (!waited.All(known => known.Snapshot.HealthStatus == HealthStatus.Healthy || known.Snapshot.State?.Text == KnownResourceStates.Finished))
            return;
        _wasReady = true;
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Ready after {time.GetElapsedTime(_started).TotalSeconds:0.0} s. Ctrl+C stops it."));
        var links = _known.Values
            .SelectMany(known => known.Snapshot.Urls.Where(url => !url.IsInternal).Select(url => (Name: url.Name is null or "http" ? known.Resource.Name : url.Name, url.Url)))
            .Distinct()
            .Append((Name: "Dashboard", Url: _options?.Dashboard?.ToString().TrimEnd('/') ?? ""));
        foreach (var (name, url) in links.Where(link => link.Url.Length > 0))
            Console.WriteLine($"  {name,-12} {url}");
        Console.WriteLine();
    }
}
