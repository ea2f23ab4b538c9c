namespace ChatApp.Orchestrator.Jobs;

/// <summary>Work that was asked for and taken by a worker.</summary>
internal sealed record Job
{
    public required Guid Id { get; init; }

    /// <summary>Which <see cref="IJobHandler"/> does it.</summary>
    public required string Kind { get; init; }

    /// <summary>What it is about, such as a file.</summary>
    public required Guid Subject { get; init; }

    /// <summary>Whose it is.</summary>
    public required string UserId { get; init; }

    /// <summary>From 1; those whose worker died count.</summary>
    public required int Attempts { get; init; }

    /// <summary>Of this attempt.</summary>
    public required Guid Lease { get; init; }

    /// <summary>Why the attempt before failed.</summary>
    public string? Error { get; init; }
}
