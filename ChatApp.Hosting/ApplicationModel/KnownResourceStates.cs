namespace Aspire.Hosting.ApplicationModel;

/// <summary>The states of a resource.</summary>
public static class KnownResourceStates
{
    /// <summary>Described, and started only when someone asks.</summary>
    public static readonly string NotStarted = nameof(NotStarted);

    /// <summary>Waits for others.</summary>
    public static readonly string Waiting = nameof(Waiting);

    /// <summary>Is about to run.</summary>
    public static readonly string Starting = nameof(Starting);

    /// <summary>Runs.</summary>
    public static readonly string Running = nameof(Running);

    /// <summary>Cannot start; the reason is in the snapshot's properties.</summary>
    public static readonly string FailedToStart = nameof(FailedToStart);

    /// <summary>Was asked to end and drains.</summary>
    public static readonly string Stopping = nameof(Stopping);

    /// <summary>Ended, because someone asked or by a crash.</summary>
    public static readonly string Exited = nameof(Exited);

    /// <summary>Ran to its own end.</summary>
    public static readonly string Finished = nameof(Finished);

    /// <summary>The states that no resource leaves by itself.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}
