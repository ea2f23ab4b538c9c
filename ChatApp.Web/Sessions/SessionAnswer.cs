namespace ChatApp.Web.Sessions;

/// <summary>What the Api answers when a session opens or goes on.</summary>
public sealed record SessionAnswer
{
    public required string AccessToken { get; init; }

    public required string RefreshToken { get; init; }

    /// <summary>Life of the access token, in seconds.</summary>
    public int ExpiresIn { get; init; }
}
