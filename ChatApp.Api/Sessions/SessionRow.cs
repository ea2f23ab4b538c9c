namespace ChatApp.Api.Sessions;

/// <summary>A row of <c>identity.sessions</c>.</summary>
internal sealed record SessionRow
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public string? UserAgent { get; init; }

    public string? Address { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime LastUsedAt { get; init; }
}
