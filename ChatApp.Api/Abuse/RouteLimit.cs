namespace ChatApp.Api.Abuse;

/// <summary>Which limit a route is under. All but <see cref="None"/> are under the address's limit as well.</summary>
internal enum RouteLimit
{
    /// <summary>Probes of operators.</summary>
    None,

    /// <summary>The address's requests a minute.</summary>
    Address,

    /// <summary>The address's tries at credentials and new sessions, far fewer.</summary>
    Credentials,

    /// <summary>The caller's calls a minute.</summary>
    Calls,

    /// <summary>The plan: requests, tokens, turns at once and money. Taken by the endpoint, which knows the turn's size.</summary>
    Turn,
}
