using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>Section <c>Gateway</c>: which models there are and who serves them.</summary>
public sealed record GatewayOptions
{
    /// <summary>By name. Without any, the graph's own inference service.</summary>
    public Dictionary<string, UpstreamOptions> Upstreams { get; init; } = [];

    /// <summary>Models described here; those of upstreams with <see cref="UpstreamOptions.Discover"/> come on top.</summary>
    public List<ModelOptions> Models { get; init; } = [];

    /// <summary>The model of a request that names none; without it the first capable one.</summary>
    public string? DefaultModel { get; init; }

    /// <summary>The model of titles and summaries; without it the first fast one.</summary>
    public string? BackgroundModel { get; init; }

    /// <summary>How long a model may take before its first token.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan FirstTokenTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a stream may be silent between two tokens.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:10:00")]
    public TimeSpan TokenTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Attempts before the first token, over all upstreams of a model.</summary>
    [Range(1, 10)]
    public int Attempts { get; init; } = 3;

    /// <summary>How long a list of discovered models is believed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan DiscoveryLifetime { get; init; } = TimeSpan.FromSeconds(30);
}
