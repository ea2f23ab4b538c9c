using System.Net.Sockets;
using Aspire.Hosting.Eventing;
using ChatApp.Hosting.Dashboard;
using ChatApp.Hosting.Guarding;
using ChatApp.Hosting.Proxying;
using ChatApp.Hosting.Reporting;
using ChatApp.Hosting.State;

namespace ChatApp.Hosting.Running;

/// <summary>Runs an application: its resources start as their waits allow and stop in reverse.</summary>
internal sealed class ApplicationRun(
    DistributedApplicationModel model,
    HostingOptions options,
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    IDistributedApplicationEventing eventing,
    IHostEnvironment environment,
    IServiceProvider services,
    ConsoleReporter reporter) : IHostedService, IAsyncDisposable
{
    private readonly List<IResourceRunner> _runners = [];
    private readonly List<TcpProxy> _proxies = [];
    private StateLock? _lock;
    private GuardClient? _guard;
    private DashboardServer? _dashboard;
    private bool _stopped;

    /// <summary>The runners of every replica.</summary>
    public IReadOnlyList<IResourceRunner> Runners => _runners;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await BeginAsync(cancellationToken);
        }
        catch
        {
            await StopAsync(CancellationToken.None);
            throw;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopped)
            return;
        _stopped = true;
        reporter.Stopping();
        foreach (var group in ResourceGraph.StopOrder([.. model.Resources]))
            await Task.WhenAll(_runners.Where(runner => group.Contains(runner.Resource)).Select(runner => runner.StopAsync()));
        foreach (var proxy in _proxies)
            await proxy.DisposeAsync();
        logs.Complete();
        if (_dashboard is not null)
            await _dashboard.DisposeAsync();
        if (_guard is not null)
            await _guard.DisposeAsync();
        await reporter.DisposeAsync();
        foreach (var port in _runners.OfType<ProcessRunner>().SelectMany(runner => runner.Ports.Values))
            FreePorts.Return(port);
        options.State.EmptySession();
        _lock?.Dispose();
        if (options.State.IsTemporary)
            options.State.Remove();
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        ResourceGraph.ThrowIfCircular(model.Resources);
        _lock = await StateLock.AcquireAsync(options.State, cancellationToken);
        if (options.Reset)
            options.State.Empty();
        options.State.EmptySession();
        _guard = new GuardClient(options.State);
        await eventing.PublishAsync(new BeforeStartEvent(services, model), cancellationToken);

        var run = new RunServices
        {
            Services = services,
            Environment = environment,
            Options = options,
            Notifications = notifications,
            Logs = logs,
            Eventing = eventing,
            Guard = _guard,
            Time = services.GetService<TimeProvider>() ?? TimeProvider.System,
            Telemetry = services.GetService<OtlpEndpoint>(),
        };
        foreach (var resource in model.Resources)
            _runners.AddRange(MakeRunners(resource, run));
        foreach (var runner in _runners)
            await notifications.PublishUpdateAsync(runner.Resource, runner.Id, snapshot => Describe(runner.Resource, snapshot));
        await eventing.PublishAsync(new AfterEndpointsAllocatedEvent(services, model), cancellationToken);

        StartProxies();
        if (options.Dashboard is { } address)
            _dashboard = await DashboardServer.StartAsync(address, services, cancellationToken);
        reporter.Start(model, notifications, options);

        foreach (var runner in _runners.Where(runner => !runner.Resource.HasAnnotationOfType<ExplicitStartupAnnotation>()))
            runner.Start();
        await eventing.PublishAsync(new AfterResourcesCreatedEvent(services, model), cancellationToken);
    }

    private IEnumerable<IResourceRunner> MakeRunners(IResource resource, RunServices run)
    {
        if (resource.TryGetLastAnnotation<ProcessDefinition>(out var definition))
        {
            var ports = EndpointAllocator.Allocate(resource, options.RandomizePorts);
            var endsByItself = model.Resources.SelectMany(other => other.Annotations.OfType<WaitAnnotation>()).Any(wait => wait.Resource == resource && wait.WaitType == WaitType.WaitForCompletion);
            return ports.Select((replica, index) => new ProcessRunner(resource, ports.Count == 1 ? resource.Name : $"{resource.Name}-{index + 1}", definition, replica, endsByItself, run));
        }

        if (resource is IResourceWithParent { Parent: var parent } && resource.TryGetLastAnnotation<InnerResourceDefinition>(out var inner))
            return [new InnerResourceRunner(resource, parent, inner, run)];
        return [new ValueRunner(resource, run)];
    }

    private void StartProxies()
    {
        foreach (var group in _runners.OfType<ProcessRunner>().GroupBy(runner => runner.Resource))
        {
            ProcessRunner[] replicas = [.. group];
            foreach (var endpoint in group.Key.Annotations.OfType<EndpointAnnotation>())
            {
                var port = endpoint.AllocatedEndpoint!.Port;
                if (!EndpointAllocator.NeedsProxy(endpoint, replicas.Length, port))
                    continue;
                try
                {
                    _proxies.Add(new TcpProxy(port, () => [.. replicas.Where(replica => replica.IsLive).Select(replica => replica.Ports[endpoint.Name])]));
                }
                catch (SocketException exception)
                {
                    var holder = PortHolder.Find(port) is { } found ? $" by {found}" : "";
                    throw new DistributedApplicationException($"Port {port} (endpoint '{endpoint.Name}' of '{group.Key.Name}') is in use{holder}. End that process, or choose another port.", exception);
                }
            }
        }
    }

    private static CustomResourceSnapshot Describe(IResource resource, CustomResourceSnapshot snapshot)
    {
        var urls = resource.Annotations.OfType<EndpointAnnotation>()
            .Select(endpoint => new UrlSnapshot(DisplayName(resource, endpoint), endpoint.AllocatedEndpoint!.UriString, !endpoint.IsExternal));
        var source = resource.TryGetLastAnnotation<ProcessDefinition>(out var definition) ? definition.Describe(resource) : null;
        return snapshot.With(KnownProperties.Source, source) with { State = KnownResourceStates.NotStarted, Urls = [.. urls] };
    }

    private static string DisplayName(IResource resource, EndpointAnnotation endpoint)
    {
        if (resource.Annotations.OfType<EndpointUrlAnnotation>().LastOrDefault(url => string.Equals(url.EndpointName, endpoint.Name, StringComparison.OrdinalIgnoreCase)) is not { } custom)
            return endpoint.Name;
        var link = new ResourceUrlAnnotation { Url = endpoint.AllocatedEndpoint!.UriString };
        custom.Configure(link);
        return link.DisplayText ?? endpoint.Name;
    }
}
