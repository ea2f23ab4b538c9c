namespace ChatApp.Web.Api;

/// <summary>What a plan allows. A limit that is absent is no limit.</summary>
public sealed record PlanLimits
{
    public IReadOnlyList<string>? Models { get; init; }

    public int? CallsPerMinute { get; init; }

    public int? RequestsPerMinute { get; init; }

    public long? TokensPerMinute { get; init; }

    public long? TokensPerDay { get; init; }

    public int? ConcurrentTurns { get; init; }

    public long? UploadBytes { get; init; }

    /// <summary>Money in a calendar month.</summary>
    public decimal? MonthlyBudget { get; init; }
}
