using ChatApp.Api.Abuse;

namespace ChatApp.Api.Gate;

/// <summary>What holds for a route.</summary>
/// <param name="Access">Who may use it.</param>
/// <param name="Scope">What an API key must be allowed; null where keys are not accepted or any will do.</param>
/// <param name="Limit">The limit it is under.</param>
/// <param name="Owner">Where ownership is checked.</param>
internal sealed record RouteRule(RouteAccess Access, string? Scope, RouteLimit Limit, RouteOwner Owner);

/// <summary>Who may use a route.</summary>
internal enum RouteAccess
{
    /// <summary>Anyone; no credential is asked for, and a valid one is taken notice of.</summary>
    Public,

    /// <summary>Any caller: a person, a guest, an API key with the route's scope.</summary>
    Caller,

    /// <summary>A person, guests included; never an API key.</summary>
    Person,

    /// <summary>A person with an account; never an API key.</summary>
    Account,

    /// <summary>An administrator in a session of their own; never an API key.</summary>
    Admin,
}

/// <summary>Where it is made sure that a caller reaches only what is theirs.</summary>
internal enum RouteOwner
{
    /// <summary>The route touches nobody's data.</summary>
    None,

    /// <summary>The edge's own SQL, filtered by the caller's id.</summary>
    Edge,

    /// <summary>The orchestrator, by the identity that the edge signs into the call.</summary>
    Orchestrator,

    /// <summary>Not at all: an administrator's view of everyone, each act in the audit log.</summary>
    Everyone,
}
