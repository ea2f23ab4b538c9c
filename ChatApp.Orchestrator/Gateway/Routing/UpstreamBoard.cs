using System.Collections.Concurrent;

namespace ChatApp.Orchestrator.Gateway.Routing;

/// <summary>The condition of every upstream, by name.</summary>
public sealed class UpstreamBoard(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, UpstreamState> _states = new();

    public IReadOnlyCollection<UpstreamState> All => [.. _states.Values];

    public UpstreamState this[string name] => _states.GetOrAdd(name, static (key, clock) => new UpstreamState(key, clock), time);
}
