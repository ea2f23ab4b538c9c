using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>When an upstream that fails is left alone, and for how long.</summary>
public sealed record BreakerOptions
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
