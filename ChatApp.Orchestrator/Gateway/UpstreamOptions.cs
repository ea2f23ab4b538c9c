using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>A server that speaks the OpenAI protocol.</summary>
public sealed record UpstreamOptions
{
    /// <summary>Root of its API without <c>/v1</c>; names of the graph are resolved by service discovery.</summary>
    [Required, Url]
    public string BaseUrl { get; init; } = "";

    /// <summary>Sent as a bearer token; give it by environment or secret store, never in a file of the repository.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Whether the server understands vLLM's additions (continuing a message, tokenizing, priorities, salted prefix caches).</summary>
    public UpstreamDialect Dialect { get; init; } = UpstreamDialect.OpenAI;

    /// <summary>Offers every model that the server lists.</summary>
    public bool Discover { get; init; }
}
