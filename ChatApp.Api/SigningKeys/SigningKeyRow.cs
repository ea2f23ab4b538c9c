namespace ChatApp.Api.SigningKeys;

/// <summary>A row of <c>identity.signing_keys</c>.</summary>
internal sealed record SigningKeyRow
{
    public required string Id { get; init; }

    public required string Algorithm { get; init; }

    public required byte[] PublicX { get; init; }

    public required byte[] PublicY { get; init; }

    public required byte[] Sealed { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime RetiresAt { get; init; }

    public DateTime ExpiresAt { get; init; }
}
