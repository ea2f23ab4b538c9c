namespace ChatApp.Api.Limits;

/// <summary>A row of <c>identity.usage_daily</c>.</summary>
internal sealed record UsageRow
{
    public required string Day { get; init; }

    public required string Model { get; init; }

    public long Requests { get; init; }

    public long InputTokens { get; init; }

    public long CachedTokens { get; init; }

    public long OutputTokens { get; init; }

    public long CostMicros { get; init; }
}
