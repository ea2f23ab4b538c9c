namespace ChatApp.Inference.Engine;

/// <summary>The engine did not take a request, or gave it up before its first token. Nothing was generated.</summary>
public sealed class RequestRefusedException(RefusalKind kind, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>What kind of refusal this is.</summary>
    public RefusalKind Kind { get; } = kind;

    /// <summary>When trying again may help; null when it cannot.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
