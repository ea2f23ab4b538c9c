namespace ChatApp.Orchestrator.Gateway;

/// <summary>One way to a model.</summary>
/// <param name="Name">The upstream's name in the configuration.</param>
/// <param name="Upstream">The upstream.</param>
/// <param name="Model">What the upstream calls the model.</param>
public sealed record UpstreamRoute(string Name, UpstreamOptions Upstream, string Model)
{
    /// <summary>Its share among routes of the same priority.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Smaller goes first.</summary>
    public int Priority { get; init; }

    public TokenPrices Prices { get; init; }
}
