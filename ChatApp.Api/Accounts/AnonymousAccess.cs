namespace ChatApp.Api.Accounts;

/// <summary>Who may use the product without any credential; all of them are one local user.</summary>
public enum AnonymousAccess
{
    /// <summary>Nobody.</summary>
    Off,

    /// <summary>Connections from this machine: a product tried out on a laptop.</summary>
    Loopback,

    /// <summary>Anyone who reaches the port: a private network.</summary>
    Everyone,
}
