namespace ChatApp.Web.Api;

/// <summary>What the person used, by day, model and purpose.</summary>
public sealed record UsageReport
{
    public IReadOnlyList<UsageDay> Data { get; init; } = [];

    public decimal SpentThisMonth { get; init; }

    /// <summary>Null where many people's usage is added up.</summary>
    public UsagePlan? Plan { get; init; }
}
