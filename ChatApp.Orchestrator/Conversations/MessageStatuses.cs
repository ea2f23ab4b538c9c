namespace ChatApp.Orchestrator.Conversations;

/// <summary>A message's states beside those of the turn that made it.</summary>
public static class MessageStatuses
{
    /// <summary>Its turn is running; the text so far is in the turn's log.</summary>
    public const string Streaming = "Streaming";

    public const string Completed = "Completed";
}
