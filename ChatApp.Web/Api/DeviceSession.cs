namespace ChatApp.Web.Api;

/// <summary>A place where the person is signed in.</summary>
public sealed record DeviceSession
{
    public required string Id { get; init; }

    public string? UserAgent { get; init; }

    public string? Address { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset LastUsedAt { get; init; }

    public bool Current { get; init; }
}
