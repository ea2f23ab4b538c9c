namespace ChatApp.Contracts.Orchestrator;

/// <summary>Trailers in which a refusal of the orchestrator tells more than its gRPC status.</summary>
public static class Trailers
{
    /// <summary><c>{"error": {"message", "type", "param", "code"}}</c> in UTF-8: OpenAI's error object, also one that an upstream gave.</summary>
    public const string Error = "x-openai-error-bin";

    /// <summary>The HTTP status that goes with the error.</summary>
    public const string Status = "x-http-status";

    /// <summary>Of ABORTED: the newest message of the path.</summary>
    public const string NewerMessage = "x-chatapp-newer-message";

    /// <summary>Of ABORTED: the turn that is still running.</summary>
    public const string RunningTurn = "x-chatapp-running-turn";

    /// <summary>Of UNAVAILABLE and RESOURCE_EXHAUSTED: seconds to wait, when known.</summary>
    public const string RetryAfter = "retry-after";
}
