using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Gateway.Settings;

/// <summary>Section <c>Gateway</c>: which models there are and who serves them. See <c>docs/configuration.md</c>.</summary>
internal sealed record GatewayOptions
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

    /// <summary>How long a model is waited for whose upstream starts; for so long are those of a list that shrank still counted on.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:30:00")]
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromSeconds(60);

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

/// <summary>The model <c>auto</c>: the fast tier answers, unless the question is hard or the answer begins unsure.</summary>
internal sealed record AutoOptions
{
    /// <summary>The id under which it is offered; empty: not offered. Needs a fast and a capable model.</summary>
    public string Id { get; init; } = "auto";

    /// <summary>Prompts of more tokens (estimated) go to the capable model at once.</summary>
    [Range(1, 10_000_000)]
    public int HardPromptTokens { get; init; } = 3000;

    /// <summary>So many tokens of the fast model's answer are judged before the first is shown.</summary>
    [Range(1, 256)]
    public int JudgedTokens { get; init; } = 16;

    /// <summary>Escalates when the mean log-probability of the judged tokens is below this.</summary>
    [Range(-20, 0)]
    public double LeastConfidence { get; init; } = -1.2;
}

/// <summary>When an upstream that fails is left alone, and for how long.</summary>
internal sealed record BreakerOptions
{
    /// <summary>Opens when this share of the calls of the window failed...</summary>
    [Range(0.01, 1)]
    public double FailureRatio { get; init; } = 0.5;

    /// <summary>...and there were at least so many.</summary>
    [Range(1, 10_000)]
    public int MinimumCalls { get; init; } = 5;

    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it stays open at first; doubles with each failed trial.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:10:00")]
    public TimeSpan Break { get; init; } = TimeSpan.FromSeconds(5);

    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan LongestBreak { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>What is not asked twice. Everything is kept apart by tenant: a hit tells nothing of what others asked.</summary>
internal sealed record CacheOptions
{
    /// <summary>Users whose stateless answers at temperature 0 are kept; <c>*</c>: everyone's.</summary>
    public List<string> AnswersFor { get; init; } = [];

    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan AnswerLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long the answer to a stateless call with an idempotency key is kept for its repetition; zero: not at all.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan RepeatLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Longer answers are not kept.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int LongestAnswerBytes { get; init; } = 256 * 1024;

    /// <summary>How long an embedding is kept; zero: not at all.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan EmbeddingLifetime { get; init; } = TimeSpan.FromDays(7);
}

/// <summary>How many attempts beyond the first this replica may make, so that retries never multiply load.</summary>
internal sealed record RetryBudgetOptions
{
    /// <summary>Further attempts for each request, on average.</summary>
    [Range(0, 10)]
    public double Ratio { get; init; } = 0.2;

    /// <summary>Further attempts that may be made at once after a quiet time.</summary>
    [Range(0, 100_000)]
    public int Burst { get; init; } = 20;
}
