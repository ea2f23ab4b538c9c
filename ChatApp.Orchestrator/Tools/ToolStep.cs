namespace ChatApp.Orchestrator.Tools;

/// <summary>A call of a tool within an answer, and what came of it.</summary>
public sealed record ToolStep
{
    /// <summary>Unique among all calls.</summary>
    public required string Id { get; init; }

    /// <summary>Calls that were made at once have the same; the first is 1.</summary>
    public int Round { get; init; }

    public required string Name { get; init; }

    /// <summary>As the model wrote them.</summary>
    public required string Arguments { get; init; }

    public string Status { get; init; } = ToolStatus.Started;

    /// <summary>What the model reads; null while the call runs.</summary>
    public string? Result { get; init; }

    public long DurationMs { get; init; }

    public bool IsFailed => Status is not (ToolStatus.Started or ToolStatus.Succeeded);
}
