using System.Net;

namespace ChatApp.Web.Api;

/// <summary>
/// The Api session of one browser, held by the web server: no script ever sees a token. The browser's cookie carries the
/// same, sealed, so that a restart of the web server ends nothing.
/// </summary>
public sealed class PersonSession(string key)
{
    /// <summary>
    /// Of a browser on this machine whose Api asks nobody who they are: nothing is sent along. It is given out by the session
    /// gate alone; to have no session at all is to be refused.
    /// </summary>
    public static PersonSession Local { get; } = new("local");

    internal SemaphoreSlim Gate { get; } = new(1, 1);

    public string Key { get; } = key;

    public bool IsLocal => ReferenceEquals(this, Local);

    public string AccessToken { get; internal set; } = "";

    public string RefreshToken { get; internal set; } = "";

    public DateTimeOffset ExpiresAt { get; internal set; }

    /// <summary>The Api's note that its person has signed in on this browser, where they just have.</summary>
    public string? DeviceToken { get; internal set; }

    /// <summary>The Api has ended it; the page has to be opened again.</summary>
    public bool Ended { get; internal set; }

    public DateTimeOffset UsedAt { get; internal set; }

    /// <summary>Where its browser was when it last asked for a page.</summary>
    public IPAddress? Address { get; internal set; }

    internal void Take(SessionAnswer answer, DateTimeOffset now) => Take(new SessionTicket(Key, answer.AccessToken, answer.RefreshToken, now.AddSeconds(answer.ExpiresIn)));

    /// <summary>A token that was refused is not used again; one that came meanwhile is.</summary>
    internal void Distrust(string token)
    {
        if (AccessToken == token)
            ExpiresAt = default;
    }

    internal void Take(SessionTicket ticket)
    {
        AccessToken = ticket.AccessToken;
        RefreshToken = ticket.RefreshToken;
        ExpiresAt = ticket.ExpiresAt;
        Ended = false;
    }
}

/// <summary>What the Api answers when a session opens or goes on.</summary>
internal sealed record SessionAnswer
{
    public required string AccessToken { get; init; }

    public required string RefreshToken { get; init; }

    public string? DeviceToken { get; init; }

    /// <summary>Life of the access token, in seconds.</summary>
    public int ExpiresIn { get; init; }
}

/// <summary>What the browser's cookie holds, sealed by data protection.</summary>
public sealed record SessionTicket(string Key, string AccessToken, string RefreshToken, DateTimeOffset ExpiresAt);
