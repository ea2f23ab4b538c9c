namespace ChatApp.Web.Turns;

public enum MessageStatus
{
    Completed,

    /// <summary>Sent, and not yet confirmed by the first event of its turn.</summary>
    Pending,
    Streaming,
    Stopped,
    Blocked,
    Failed,
    Interrupted,
}
