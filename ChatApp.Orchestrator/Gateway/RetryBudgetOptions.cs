using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>How many attempts beyond the first this replica may make, so that retries never multiply load.</summary>
public sealed record RetryBudgetOptions
{
    /// <summary>Further attempts for each request, on average.</summary>
    [Range(0, 10)]
    public double Ratio { get; init; } = 0.2;

    /// <summary>Further attempts that may be made at once after a quiet time.</summary>
    [Range(0, 100_000)]
    public int Burst { get; init; } = 20;
}
