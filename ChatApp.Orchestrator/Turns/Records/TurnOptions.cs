using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Turns.Records;

/// <summary>Section <c>Turns</c>.</summary>
internal sealed record TurnOptions
{
    /// <summary>How long a replica's leases last without a heartbeat, measured by PostgreSQL's clock.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often a replica renews its leases, and looks for expired ones.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:20")]
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often new events are written to PostgreSQL.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:00:00.9")]
    public TimeSpan DraftInterval { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>The oldest event that viewers have seen and PostgreSQL has not; a turn pauses rather than pass it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:05")]
    public TimeSpan DraftLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A turn that loses its replica more often than this ends as Interrupted: it may be what kills them.</summary>
    [Range(0, 100)]
    public int TakeoverLimit { get; init; } = 5;

    /// <summary>How long a generation that broke off is tried to be continued before the turn ends as Interrupted.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ContinuationPatience { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>How long the end of a turn waits for the counts of its prompt's tokens; its receipt then goes without them.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan AccountingPatience { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Events of one turn that are kept in Redis; older ones are read from PostgreSQL.</summary>
    [Range(100, 1_000_000)]
    public int LogLength { get; init; } = 20_000;

    /// <summary>How long a turn's events stay in Redis after the last one.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan LogLifetime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Longest user message, in UTF-16 units.</summary>
    [Range(1, 10_000_000)]
    public int MaximumContentLength { get; init; } = 200_000;
}
