using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Tests.Web;

/// <summary>Sessions of the scripted Api: access tokens that expire, refresh tokens that are good for one use.</summary>
internal sealed class ScriptedAccounts
{
    private readonly ConcurrentDictionary<string, (string User, DateTimeOffset Until)> _access = new();
    private readonly ConcurrentDictionary<string, string> _refresh = new();
    private int _guests;
    private int _refreshes;
    private int _replays;

    /// <summary>While true, nothing is answered without a token.</summary>
    public bool Required { get; set; }

    /// <summary>Life of an access token in seconds.</summary>
    public int ExpiresIn { get; set; } = 600;

    /// <summary>What the person is, where no token is asked for.</summary>
    public string Kind { get; set; } = "local";

    public string Role { get; set; } = "user";

    /// <summary>Whether the next account would be the first.</summary>
    public bool IsFirst { get; set; }

    /// <summary>How many API keys the person has.</summary>
    public int Keys { get; set; }

    /// <summary>What the forms of the account's page posted.</summary>
    public ConcurrentQueue<JsonElement> Posted { get; } = [];

    public int Guests => _guests;

    public int Refreshes => _refreshes;

    /// <summary>Times that a refresh token came a second time, which ends a session.</summary>
    public int Replays => _replays;

    public IReadOnlyCollection<string> Tokens => [.. _access.Keys, .. _refresh.Keys];

    public string? UserOf(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.Ordinal) && _access.TryGetValue(header[7..], out var known) && known.Until > DateTimeOffset.UtcNow
            ? known.User
            : null;
    }

    /// <summary>Ends every session, as its owner does from another device.</summary>
    public void EndAll()
    {
        _refresh.Clear();
        ForgetTokens();
    }

    /// <summary>Takes no access token any more; sessions go on.</summary>
    public void ForgetTokens() => _access.Clear();

    public object AddGuest() => Open($"user_guest{Interlocked.Increment(ref _guests)}");

    public object? Refresh(string token)
    {
        if (!_refresh.TryRemove(token, out var user))
        {
            Interlocked.Increment(ref _replays);
            return null;
        }

        Interlocked.Increment(ref _refreshes);
        return Open(user);
    }

    /// <summary>Ends the account behind a token; false where the password is not the right one.</summary>
    public bool Remove(HttpContext context)
    {
        if (UserOf(context) is not { } user)
            return false;
        foreach (var (token, known) in _access.Where(entry => entry.Value.User == user))
            _access.TryRemove(new(token, known));
        foreach (var (token, known) in _refresh.Where(entry => entry.Value == user))
            _refresh.TryRemove(new(token, known));
        Removed++;
        return true;
    }

    public int Removed { get; private set; }

    private object Open(string user)
    {
        var (access, refresh) = ($"at.{Guid.NewGuid():N}.x", $"rt-{Guid.NewGuid():N}");
        _access[access] = (user, DateTimeOffset.UtcNow.AddSeconds(ExpiresIn));
        _refresh[refresh] = user;
        return new { AccessToken = access, RefreshToken = refresh, ExpiresIn, TokenType = "Bearer" };
    }
}
