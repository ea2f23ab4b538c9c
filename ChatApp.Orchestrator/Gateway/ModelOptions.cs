using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>A model as configured.</summary>
public sealed record ModelOptions
{
    [Required]
    public string Id { get; init; } = "";

    /// <summary><c>fast</c> or <c>capable</c>.</summary>
    [RegularExpression("fast|capable")]
    public string Tier { get; init; } = "capable";

    public string Description { get; init; } = "";

    /// <summary>Upstreams that serve it, the preferred first; the name is one of <see cref="GatewayOptions.Upstreams"/>.</summary>
    public List<string> Upstreams { get; init; } = [];

    /// <summary>What the upstream calls it; null: the same.</summary>
    public string? UpstreamModel { get; init; }

    /// <summary>Tokens of prompt and answer together.</summary>
    [Range(128, 100_000_000)]
    public int ContextWindow { get; init; } = 8192;

    public List<string> Capabilities { get; init; } = ["chat"];

    /// <summary>Money per million tokens.</summary>
    [Range(0, 1e9)]
    public double InputPrice { get; init; }

    /// <summary>Money per million tokens.</summary>
    [Range(0, 1e9)]
    public double OutputPrice { get; init; }
}
