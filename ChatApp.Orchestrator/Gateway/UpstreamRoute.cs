namespace ChatApp.Orchestrator.Gateway;

/// <summary>One way to a model.</summary>
/// <param name="Name">The upstream's name in the configuration.</param>
/// <param name="Upstream">The upstream.</param>
/// <param name="Model">What the upstream calls the model.</param>
public sealed record UpstreamRoute(string Name, UpstreamOptions Upstream, string Model);
