namespace ChatApp.Api.Revocations;

/// <summary>A right that has ended before its time.</summary>
/// <param name="Kind">What has ended.</param>
/// <param name="UserId">Whose it was.</param>
/// <param name="Of">The session or key, where it was one.</param>
internal sealed record Revocation(RevocationKind Kind, Guid UserId, Guid? Of = null)
{
    public bool Covers(RequestOwner owner) => Kind switch
    {
        RevocationKind.Session => owner.SessionId == Of,
        RevocationKind.Key => owner.KeyId == Of,
        RevocationKind.AllSessions => owner.UserId == UserId && owner.SessionId is not null,
        RevocationKind.AllKeys => owner.UserId == UserId && owner.KeyId is not null,
        RevocationKind.User => owner.UserId == UserId,
        _ => false,
    };
}

/// <summary>What can end.</summary>
internal enum RevocationKind
{
    /// <summary>One session.</summary>
    Session,

    /// <summary>One API key.</summary>
    Key,

    /// <summary>Every session of a user; keys go on.</summary>
    AllSessions,

    /// <summary>Every API key of a user.</summary>
    AllKeys,

    /// <summary>All that a user may do: banned, or no more.</summary>
    User,
}
