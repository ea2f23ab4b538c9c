namespace ChatApp.Api.Callers;

/// <summary>What stands behind a caller.</summary>
internal enum CallerKind
{
    /// <summary>An account.</summary>
    Account,

    /// <summary>A session without an account.</summary>
    Guest,

    /// <summary>The one user of a product that is used without sign-in.</summary>
    Local,
}
