using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Gateway.Settings;

/// <summary>A model as configured.</summary>
internal sealed record ModelOptions
{
    [Required]
    public string Id { get; init; } = "";

    /// <summary><c>fast</c> or <c>capable</c>.</summary>
    [RegularExpression("fast|capable", ErrorMessage = "must be 'fast' or 'capable'")]
    public string Tier { get; init; } = "capable";

    public string Description { get; init; } = "";

    /// <summary>Who serves it; may be left out where there is one upstream only.</summary>
    public List<RouteOptions> Routes { get; init; } = [];

    /// <summary>What decides among routes of the same priority.</summary>
    public RoutePreference Prefer { get; init; }

    /// <summary>Models that answer instead, in order, when no route of this one can.</summary>
    public List<string> Fallbacks { get; init; } = [];

    public CanaryOptions? Canary { get; init; }

    /// <summary>Tokens of prompt and answer together.</summary>
    [Range(128, 100_000_000)]
    public int ContextWindow { get; init; } = 8192;

    /// <summary>Of <c>chat</c>, <c>completions</c>, <c>embeddings</c>, <c>tools</c>, <c>vision</c>, <c>json_schema</c>, <c>logprobs</c>, <c>reasoning</c>; none: unknown, nothing is refused.</summary>
    public List<string> Capabilities { get; init; } = [];

    /// <summary>Money per million tokens.</summary>
    [Range(0, 1e9)]
    public double InputPrice { get; init; }

    /// <summary>Money per million tokens of the input that came from the upstream's cache; none: as input.</summary>
    [Range(0, 1e9)]
    public double? CachedInputPrice { get; init; }

    /// <summary>Money per million tokens.</summary>
    [Range(0, 1e9)]
    public double OutputPrice { get; init; }

    /// <summary>Whether it can do all of that, as far as is known.</summary>
    internal bool Offers(IEnumerable<string> capabilities) =>
        Capabilities.Count == 0 || capabilities.All(capability => Capabilities.Contains(capability, StringComparer.OrdinalIgnoreCase));
}

/// <summary>A new version of a model that a share of its conversations gets; a conversation stays with what it got.</summary>
internal sealed record CanaryOptions
{
    [Required]
    public string Model { get; init; } = "";

    [Range(0, 100)]
    public double Percent { get; init; }
}

/// <summary>What decides among routes of the same priority.</summary>
internal enum RoutePreference
{
    /// <summary>The replica that has the conversation's prefix cached, unless it is much busier than another.</summary>
    Affinity,

    /// <summary>The cheapest; among equals as with affinity.</summary>
    Price,

    /// <summary>The one with the least to do.</summary>
    Load,
}

/// <summary>An upstream that serves a model.</summary>
internal sealed record RouteOptions
{
    /// <summary>One of <see cref="GatewayOptions.Upstreams"/>.</summary>
    [Required]
    public string Upstream { get; init; } = "";

    /// <summary>What the upstream calls the model (Azure: the deployment); none: the same.</summary>
    public string? Model { get; init; }

    /// <summary>Its share of the conversations among routes of the same priority.</summary>
    [Range(0.001, 1000)]
    public double Weight { get; init; } = 1;

    /// <summary>Smaller goes first; others only when none of those can.</summary>
    [Range(0, 1000)]
    public int Priority { get; init; }

    /// <summary>Money per million tokens, instead of the model's.</summary>
    [Range(0, 1e9)]
    public double? InputPrice { get; init; }

    /// <summary>Money per million tokens, instead of the model's.</summary>
    [Range(0, 1e9)]
    public double? CachedInputPrice { get; init; }

    /// <summary>Money per million tokens, instead of the model's.</summary>
    [Range(0, 1e9)]
    public double? OutputPrice { get; init; }
}
