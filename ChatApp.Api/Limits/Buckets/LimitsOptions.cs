using System.ComponentModel.DataAnnotations;

namespace ChatApp.Api.Limits.Buckets;

/// <summary>How limits are kept, from the section <c>Limits</c>.</summary>
internal sealed record LimitsOptions
{
    public const string Section = "Limits";

    /// <summary>The share of every limit that a replica grants by itself while Redis is away; with more replicas than its inverse they together grant more than the limit.</summary>
    [Range(0.01, 1)]
    public double LocalShare { get; init; } = 0.25;

    /// <summary>How long a decision may wait for Redis, in milliseconds.</summary>
    [Range(10, 10_000)]
    public int RedisTimeoutMilliseconds { get; init; } = 500;

    /// <summary>What is reserved for an answer whose request sets no <c>max_tokens</c>.</summary>
    [Range(1, 1_000_000)]
    public int DefaultAnswerTokens { get; init; } = 512;

    /// <summary>A running turn whose replica is gone gives its slot back after so many seconds.</summary>
    [Range(5, 3600)]
    public int SlotLeaseSeconds { get; init; } = 60;
}
