namespace ChatApp.Web.Api;

/// <summary>A key for programs. <see cref="Secret"/> is there once, when it is made.</summary>
public sealed record ApiKey
{
    public required string Id { get; init; }

    public string? Name { get; init; }

    public string? Prefix { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public string? Secret { get; init; }
}
