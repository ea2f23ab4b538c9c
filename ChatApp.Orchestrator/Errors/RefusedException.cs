namespace ChatApp.Orchestrator.Errors;

/// <summary>A request that the caller has to correct or repeat, as opposed to a fault of ours.</summary>
/// <param name="refusal">What kind of refusal it is.</param>
/// <param name="code">The OpenAI error object's <c>code</c>.</param>
/// <param name="message">For the user: what was wrong and what to do.</param>
internal sealed class RefusedException(Refusal refusal, string code, string message) : Exception(message)
{
    public Refusal Refusal { get; } = refusal;

    public string Code { get; } = code;

    /// <summary>The field at fault, when there is one.</summary>
    public string? Param { get; init; }

    /// <summary>With <see cref="Refusal.Conflict"/>: the newest message of the path, so that the caller can go on from it.</summary>
    public Guid? NewerMessageId { get; init; }

    /// <summary>With <see cref="Refusal.Conflict"/>: the turn that is still running in the conversation.</summary>
    public Guid? RunningTurnId { get; init; }

    public static RefusedException NotFound(string what) =>
        new(Refusal.NotFound, "not_found", $"No such {what}.");

    public static RefusedException Invalid(string param, string message) =>
        new(Refusal.Invalid, "invalid_value", message) { Param = param };

    public static RefusedException Gone() =>
        new(Refusal.Gone, "conversation_deleted", "The conversation was deleted.");
}

/// <summary>Why a request was refused; each has one gRPC status (see <c>Grpc/Refusals.cs</c>).</summary>
internal enum Refusal
{
    /// <summary>The request itself is wrong.</summary>
    Invalid,

    /// <summary>No such thing, or another user's: the two are not told apart.</summary>
    NotFound,

    /// <summary>The conversation was deleted.</summary>
    Gone,

    /// <summary>The conversation moved on since the caller looked.</summary>
    Conflict,

    /// <summary>The request id was used before for something else.</summary>
    RequestIdReused,

    /// <summary>An event number that the turn never had.</summary>
    OutOfRange,

    /// <summary>A store or a model can't be reached now; trying again later may work.</summary>
    Unavailable,
}
