namespace ChatApp.Api.Gate;

/// <summary>Who may use a route.</summary>
public enum RouteAccess
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
