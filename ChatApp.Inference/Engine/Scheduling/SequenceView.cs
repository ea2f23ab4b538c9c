using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Inference.Engine.Scheduling;

/// <summary>What the scheduler sees of a sequence.</summary>
/// <param name="Phase">Waiting, running or preempted.</param>
/// <param name="Priority">Class.</param>
/// <param name="User">Number of the user within the engine.</param>
/// <param name="Arrival">Order of submission.</param>
/// <param name="Waited">Since submission or preemption.</param>
internal readonly record struct SequenceView(SequencePhase Phase, RequestPriority Priority, int User, long Arrival, TimeSpan Waited)
{
    /// <summary>Lane held, or -1.</summary>
    public int Lane { get; init; } = -1;

    /// <summary>Order of admission, of running ones.</summary>
    public long Admitted { get; init; }

    /// <summary>Tokens whose keys and values are not computed yet; 1 is a decode, more a prefill.</summary>
    public int Remaining { get; init; } = 1;

    /// <summary>The reader is behind: not to be run, and first to give its lane up.</summary>
    public bool Paused { get; init; }

    /// <summary>Not to be admitted yet: its reader is behind, or a sibling is still prefilling their prompt.</summary>
    public bool Blocked { get; init; }

    /// <summary>Its request has not begun, so it may be refused for waiting too long.</summary>
    public bool MayExpire { get; init; }

    /// <summary>Drafts may be tried on it.</summary>
    public bool Speculative { get; init; }
}

/// <summary>Where a sequence is in its life.</summary>
internal enum SequencePhase
{
    /// <summary>Never held a lane.</summary>
    Waiting,

    /// <summary>Holds a lane.</summary>
    Running,

    /// <summary>Gave its lane up and waits to be recomputed.</summary>
    Preempted,

    /// <summary>Ended.</summary>
    Finished,
}
