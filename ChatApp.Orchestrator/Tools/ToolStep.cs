namespace ChatApp.Orchestrator.Tools;

/// <summary>A call of a tool within an answer, and what came of it.</summary>
internal sealed record ToolStep
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

/// <summary>How a tool call stands.</summary>
internal static class ToolStatus
{
    /// <summary>Recorded; it may have run.</summary>
    public const string Started = "started";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";

    /// <summary>Whoever ran it died: it may have done its work or not.</summary>
    public const string Unknown = "unknown";

    /// <summary>The turn ended before the call did.</summary>
    public const string Stopped = "stopped";

    public static bool IsKnown(string status) => status is Started or Succeeded or Failed or Unknown or Stopped;
}
