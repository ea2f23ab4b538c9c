namespace ChatApp.Inference.Engine.Requests;

/// <summary>The engine did not take a request, or gave it up before its first token. Nothing was generated.</summary>
public sealed class RequestRefusedException(RefusalKind kind, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>What kind of refusal this is.</summary>
    public RefusalKind Kind { get; } = kind;

    /// <summary>When trying again may help; null when it cannot.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

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
