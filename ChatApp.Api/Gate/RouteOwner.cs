namespace ChatApp.Api.Gate;

/// <summary>Where it is made sure that a caller reaches only what is theirs.</summary>
public enum RouteOwner
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
