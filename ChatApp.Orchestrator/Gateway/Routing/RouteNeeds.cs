namespace ChatApp.Orchestrator.Gateway.Routing;

/// <summary>What a request needs of who answers it.</summary>
public sealed record RouteNeeds
{
    /// <summary>Requests of one key go to one replica and one version of a model, as long as they can.</summary>
    public required string Affinity { get; init; }

    /// <summary>As in <see cref="ModelOptions.Capabilities"/>.</summary>
    public IReadOnlyCollection<string> Capabilities { get; init; } = [];

    /// <summary>Only upstreams that can continue an answer from its text.</summary>
    public bool MustContinue { get; init; }
}
