namespace ChatApp.Contracts.Identity;

/// <summary>Who a call inside the graph is made for, as the edge established it.</summary>
/// <param name="Subject">The user's id; every row that the orchestrator reads is filtered by it.</param>
/// <param name="Role"><c>user</c>, <c>admin</c> or <c>guest</c>.</param>
/// <param name="Plan">The plan whose limits apply.</param>
/// <param name="ExpiresAtUnixSeconds">From this second (UTC) on the signature is void.</param>
/// <param name="Name">What the user likes to be called; may be absent.</param>
public sealed record CallerIdentity(
    string Subject,
    string Role,
    string Plan,
    long ExpiresAtUnixSeconds,
    string? Name = null)
{
    /// <summary>The gRPC metadata key (HTTP header) that carries the signed identity.</summary>
    public const string HeaderName = "x-chatapp-identity";
}
