namespace ChatApp.Inference.Engine.Requests;

/// <summary>State of the engine and, when it is not ready, why.</summary>
public sealed record EngineHealth(EngineState State, string? Reason = null);

/// <summary>Life of an engine.</summary>
public enum EngineState
{
    /// <summary>The model is being read and warmed up.</summary>
    Loading,

    /// <summary>Takes requests.</summary>
    Ready,

    /// <summary>Takes no new requests; running ones finish within the bound.</summary>
    Draining,

    /// <summary>A step failed and the session is being restarted, or the restart failed.</summary>
    Unhealthy,

    /// <summary>Disposed or drained.</summary>
    Stopped,
}
