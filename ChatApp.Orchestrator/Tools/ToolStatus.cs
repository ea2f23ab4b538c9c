namespace ChatApp.Orchestrator.Tools;

/// <summary>How a tool call stands.</summary>
public static class ToolStatus
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
