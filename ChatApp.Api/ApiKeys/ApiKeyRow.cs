namespace ChatApp.Api.ApiKeys;

/// <summary>A row of <c>identity.api_keys</c>, without its hash.</summary>
internal sealed record ApiKeyRow
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public required string Name { get; init; }

    public required string Prefix { get; init; }

    public required string[] Scopes { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime? ExpiresAt { get; init; }

    public DateTime? LastUsedAt { get; init; }
}
