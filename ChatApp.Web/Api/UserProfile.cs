namespace ChatApp.Web.Api;

/// <summary>The person as the Api knows them.</summary>
public sealed record UserProfile
{
    public required string Id { get; init; }

    /// <summary><c>local</c>, <c>guest</c> or <c>account</c>.</summary>
    public string? Kind { get; init; }

    public string? Email { get; init; }

    public string? DisplayName { get; init; }

    public string? Role { get; init; }

    public string? Plan { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? BannedUntil { get; init; }

    public bool HasAccount => Kind == "account";

    public bool IsAdmin => Role == "admin";
}
