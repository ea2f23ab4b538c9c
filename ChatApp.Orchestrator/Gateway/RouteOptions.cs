using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>An upstream that serves a model.</summary>
public sealed record RouteOptions
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
