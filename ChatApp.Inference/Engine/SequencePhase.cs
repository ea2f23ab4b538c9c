namespace ChatApp.Inference.Engine;

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
