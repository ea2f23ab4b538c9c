using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>Section <c>Gateway</c>: which models there are and who serves them. See <c>docs/configuration.md</c>.</summary>
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

    /// <summary>How long a connection, TLS included, may take. A change holds for connections made two minutes later at the latest.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a model may take before its first token.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan FirstTokenTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a stream may be silent between two tokens.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:10:00")]
    public TimeSpan TokenTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an answer may take as a whole, streamed or not.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "1.00:00:00")]
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Attempts before the first token, over all upstreams and fallbacks of a model.</summary>
    [Range(1, 10)]
    public int Attempts { get; init; } = 3;

    /// <summary>How long a request waits here for an upstream that wants to be left alone, before it is refused.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan QueuePatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Ask a second upstream when the first has given no token for so long; none: never.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:10:00")]
    public TimeSpan? HedgeAfter { get; init; }

    /// <summary>How long a list of discovered models is believed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan DiscoveryLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the queues of upstreams that tell them are read.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>By so many requests may the replica that has a conversation's prefix be busier than the idlest one, and still be preferred.</summary>
    [Range(0, 10_000)]
    public int AffinitySlack { get; init; } = 4;

    public BreakerOptions Breaker { get; init; } = new();

    public RetryBudgetOptions RetryBudget { get; init; } = new();

    public AutoOptions Auto { get; init; } = new();

    public CacheOptions Cache { get; init; } = new();
}
