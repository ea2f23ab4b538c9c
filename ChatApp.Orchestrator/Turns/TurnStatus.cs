namespace ChatApp.Orchestrator.Turns;

/// <summary>The states of a turn, as text in the database and on the wire.</summary>
public static class TurnStatus
{
    public const string Queued = "Queued";
    public const string Running = "Running";
    public const string Completed = "Completed";
    public const string Stopped = "Stopped";
    public const string Blocked = "Blocked";
    public const string Failed = "Failed";

    /// <summary>Could not be continued; its text so far is kept and may be continued by a new turn.</summary>
    public const string Interrupted = "Interrupted";

    public static bool IsFinal(string status) => status is not (Queued or Running);
}
