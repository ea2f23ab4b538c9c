namespace ChatApp.Orchestrator.Metering;

/// <summary>What generations with one model for one purpose used on one day (UTC).</summary>
public sealed record UsageTotal
{
    /// <summary>As <c>2026-01-31</c>.</summary>
    public required string Day { get; init; }
    public required string Model { get; init; }

    /// <summary>As in <see cref="GenerationRecord"/>; <c>turn</c> for an answer in a conversation.</summary>
    public required string Purpose { get; init; }
    public long Generations { get; init; }
    public long InputTokens { get; init; }
    public long CachedTokens { get; init; }
    public long OutputTokens { get; init; }

    /// <summary>Money, in the currency of the configured prices.</summary>
    public decimal Cost { get; init; }
}
