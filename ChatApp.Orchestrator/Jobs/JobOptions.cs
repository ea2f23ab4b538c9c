using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Jobs;

/// <summary>Work off the hot path, from the section <c>Jobs</c>.</summary>
internal sealed record JobOptions
{
    /// <summary>Jobs that this replica does at the same time; 0: none, others do them.</summary>
    [Range(0, 256)]
    public int Workers { get; init; } = 2;

    /// <summary>How long a job is another's to take after its worker was last heard of.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often jobs of other replicas are looked for; those of this one are begun at once.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:10:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Attempts before a job is given up.</summary>
    [Range(1, 100)]
    public int Attempts { get; init; } = 8;

    /// <summary>Pause after the first attempt that failed; it doubles with each.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(10);
}
