namespace ChatApp.Orchestrator;

/// <summary>Why a request was refused; each has one gRPC status (see <c>Grpc/Refusals.cs</c>).</summary>
public enum Refusal
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
