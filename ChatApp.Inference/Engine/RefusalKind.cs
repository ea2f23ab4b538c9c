namespace ChatApp.Inference.Engine;

/// <summary>Why a request was not taken.</summary>
public enum RefusalKind
{
    /// <summary>The queue is at its bound (429).</summary>
    QueueFull,

    /// <summary>The request waited longer than the bound without being admitted (503).</summary>
    QueueTimeout,

    /// <summary>The request can never fit (400).</summary>
    TooLong,

    /// <summary>A field is out of its range (400).</summary>
    Invalid,

    /// <summary>The engine is shutting down (503).</summary>
    Draining,

    /// <summary>The engine is loading, restarting or failed (503).</summary>
    Unhealthy,
}
