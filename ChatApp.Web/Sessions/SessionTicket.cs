namespace ChatApp.Web.Sessions;

/// <summary>What the browser's cookie holds, sealed by data protection.</summary>
public sealed record SessionTicket(string Key, string AccessToken, string RefreshToken, DateTimeOffset ExpiresAt);
