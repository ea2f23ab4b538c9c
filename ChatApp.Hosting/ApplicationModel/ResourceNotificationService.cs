using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Knows the state of every resource and tells of its changes.</summary>
public class ResourceNotificationService
{
    private readonly DistributedApplicationModel _model;
    private readonly WaitBehavior _defaultWaitBehavior;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private ImmutableArray<Channel<ResourceEvent>> _watchers = [];

    internal ResourceNotificationService(DistributedApplicationModel model, WaitBehavior defaultWaitBehavior)
    {
        _model = model;
        _defaultWaitBehavior = defaultWaitBehavior;
    }

    /// <summary>Changes what is known of a resource.</summary>
    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return PublishUpdateAsync(resource, resource.Name, stateFactory);
    }

    /// <summary>Changes what is known of a replica.</summary>
    public Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(stateFactory);
        lock (_gate)
        {
            var before = _current.TryGetValue(resourceId, out var known)
                ? known.Snapshot
                : new CustomResourceSnapshot { ResourceType = resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal), Properties = [], CreationTimeStamp = DateTime.UtcNow };
            var change = new ResourceEvent(resource, resourceId, stateFactory(before));
            _current[resourceId] = change;
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(change);
        }

        return Task.CompletedTask;
    }

    /// <summary>What is known now, then every change.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>(new UnboundedChannelOptions { SingleReader = true });
        lock (_gate)
        {
            foreach (var known in _current.Values)
                channel.Writer.TryWrite(known);
            _watchers = _watchers.Add(channel);
        }

        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken))
                yield return change;
        }
        finally
        {
            lock (_gate)
                _watchers = _watchers.Remove(channel);
        }
    }

    /// <summary>What is known of a replica now.</summary>
    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        lock (_gate)
            return _current.TryGetValue(resourceId, out resourceEvent);
    }

    /// <summary>Waits until a resource is in a state, by default <c>Running</c>.</summary>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <summary>Waits until a resource is in one of some states, and says in which.</summary>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        string[] states = [.. targetStates];
        var reached = await WaitForResourceAsync(resourceName, change => change.Snapshot.State is { } state && states.Contains(state.Text, StringComparer.OrdinalIgnoreCase), cancellationToken);
        return reached.Snapshot.State!.Text;
    }

    /// <summary>Waits until a change of a resource, or what is known of it already, fits.</summary>
    public async Task<ResourceEvent> WaitForResourceAsync(string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        Find(resourceName);
        await foreach (var change in WatchAsync(cancellationToken))
        {
            if (IsOf(change, resourceName) && predicate(change))
                return change;
        }

        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>Waits until a resource, with all of its replicas, is healthy.</summary>
    /// <exception cref="DistributedApplicationException">The resource cannot start; the message has the reason and the last lines of its log.</exception>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceHealthyAsync(resourceName, _defaultWaitBehavior, cancellationToken);

    /// <summary>Waits until a resource, with all of its replicas, is healthy.</summary>
    /// <exception cref="DistributedApplicationException">The resource cannot start, and <paramref name="waitBehavior"/> says to stop then.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
    {
        var resource = Find(resourceName);
        var replicas = resource.GetReplicaCount();
        await foreach (var change in WatchAsync(cancellationToken))
        {
            if (!IsOf(change, resourceName))
                continue;
            if (waitBehavior == WaitBehavior.StopOnResourceUnavailable && IsUnavailable(change.Snapshot))
                throw new DistributedApplicationException(DescribeFailure(change));
            if (Replicas(resource).Count(replica => replica.Snapshot.HealthStatus == HealthStatus.Healthy) == replicas)
                return change;
        }

        throw new OperationCanceledException(cancellationToken);
    }

    internal static bool IsUnavailable(CustomResourceSnapshot snapshot) =>
        snapshot.State?.Text is { } state && KnownResourceStates.TerminalStates.Contains(state, StringComparer.Ordinal);

    internal static string DescribeFailure(ResourceEvent change)
    {
        var reason = change.Snapshot.Property<string>(KnownProperties.Failure);
        var lines = change.Snapshot.Property<string>(KnownProperties.FailureLog);
        var text = $"Resource '{change.ResourceId}' is not available ({change.Snapshot.State?.Text}){(reason is null ? "" : $": {reason}")}";
        return lines is null ? text : $"{text}{Environment.NewLine}Last lines of its log:{Environment.NewLine}{lines}";
    }

    internal ResourceEvent[] Snapshot()
    {
        lock (_gate)
            return [.. _current.Values];
    }

    private ResourceEvent[] Replicas(IResource resource)
    {
        lock (_gate)
            return [.. _current.Values.Where(known => ReferenceEquals(known.Resource, resource))];
    }

    private IResource Find(string resourceName) =>
        _model.Resources.FirstOrDefault(resource => string.Equals(resource.Name, resourceName, StringComparison.OrdinalIgnoreCase))
        ?? throw new DistributedApplicationException($"There is no resource '{resourceName}'. There are: {string.Join(", ", _model.Resources.Select(resource => resource.Name))}.");

    private static bool IsOf(ResourceEvent change, string resourceName) => string.Equals(change.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase);
}
