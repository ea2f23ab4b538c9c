namespace ChatApp.Api.Sessions;

/// <summary>What a client gets when a session opens or goes on.</summary>
internal sealed record SessionTokens(string AccessToken, int ExpiresIn, string RefreshToken, DateTimeOffset RefreshExpiresAt);
