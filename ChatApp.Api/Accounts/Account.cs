namespace ChatApp.Api.Accounts;

/// <summary>A row of <c>identity.users</c>.</summary>
internal sealed record Account
{
    public const string Admin = "admin";
    public const string User = "user";
    public const string Guest = "guest";

    public required Guid Id { get; init; }

    /// <summary><c>account</c>, <c>guest</c> or <c>local</c>.</summary>
    public required string Kind { get; init; }

    public string? Email { get; init; }

    public string? PasswordHash { get; init; }

    public string? DisplayName { get; init; }

    public required string Role { get; init; }

    public required string Plan { get; init; }

    public int SecurityVersion { get; init; }

    public DateTime? BannedUntil { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime? DeletedAt { get; init; }

    public bool IsGuest => Kind == Guest;
}
