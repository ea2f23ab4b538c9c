namespace ChatApp.Web.Api;

/// <summary>What an administrator changes of a user; null leaves a value as it is.</summary>
public sealed record UserChange
{
    public string? Role { get; init; }

    public string? Plan { get; init; }

    public DateTimeOffset? BannedUntil { get; init; }

    public bool? Unban { get; init; }
}
