namespace ChatApp.Inference.Engine;

/// <summary>Who goes first when lanes are scarce.</summary>
public enum RequestPriority
{
    /// <summary>A person is waiting for the first token.</summary>
    Interactive,

    /// <summary>Titles, summaries and the like: admitted after interactive work and preempted for it.</summary>
    Background,
}
