using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace ChatApp.Web.Api;

/// <summary>
/// Opens, continues and ends the Api sessions of this replica's browsers. A refresh token is good for one use, so each
/// session is continued by one call at a time, whoever asks: a page, a circuit, several tabs.
/// </summary>
public sealed class PersonSessions(IHttpClientFactory clients, IHttpContextAccessor contexts, TimeProvider time)
{
    /// <summary>A token with less time left than this is renewed by the next page or ping, so that circuits seldom have to.</summary>
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan UsableUntil = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);
    private static readonly TimeSpan AnonymousKnown = TimeSpan.FromMinutes(1);

    /// <summary>Holds the Api's note of a browser on which somebody has signed in; it is sealed by the Api.</summary>
    public const string DeviceCookie = "chatapp.device";

    private readonly ConcurrentDictionary<string, PersonSession> _sessions = new();
    private (bool Allowed, DateTimeOffset Until) _anonymous;

    private IPAddress? BrowserAddress => contexts.HttpContext?.Connection.RemoteIpAddress;

    public PersonSession? Find(string? key) => key == PersonSession.Local.Key ? PersonSession.Local : key is not null && _sessions.TryGetValue(key, out var session) ? session : null;

    /// <summary>Takes up the session of a cookie, if this replica does not know it better.</summary>
    public PersonSession Adopt(SessionTicket ticket)
    {
        Sweep();
        var session = _sessions.GetOrAdd(ticket.Key, key => new PersonSession(key) { UsedAt = time.GetUtcNow() });
        session.Address = BrowserAddress ?? session.Address;
        // Another web server may have renewed it since; the refresh token known here would then end the session.
        if (ticket.ExpiresAt > session.ExpiresAt)
            session.Take(ticket);
        return session;
    }

    /// <summary>Whether the Api answers a browser on this machine without any session: a product tried out on a laptop.</summary>
    public async Task<bool> IsAnonymousAllowedAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_anonymous.Until > now)
            return _anonymous.Allowed;
        using var client = clients.CreateClient(ApiConnection.ClientName);
        try
        {
            using var response = await client.GetAsync("/api/me", cancellationToken);
            if (response.IsSuccessStatusCode || response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                _anonymous = (response.IsSuccessStatusCode, now + AnonymousKnown);
                return _anonymous.Allowed;
            }
        }
        catch (HttpRequestException)
        {
        }

        // The page says that the Api is away; whether it asks for a session is its own to say when it is back.
        return true;
    }

    /// <exception cref="ApiException">The Api refused.</exception>
    public async Task<PersonSession> OpenAsync(string path, object body, PersonSession? present, CancellationToken cancellationToken)
    {
        // The local user is told by coming from this machine, as every request of theirs does.
        var isLocal = present is { IsLocal: true };
        var token = present is null || isLocal ? null : await AccessTokenAsync(present, cancellationToken);
        var answer = await PostAsync(path, body, token, isLocal ? null : BrowserAddress, cancellationToken);
        var session = new PersonSession(Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16))) { UsedAt = time.GetUtcNow(), Address = BrowserAddress, DeviceToken = answer.DeviceToken };
        session.Take(answer, time.GetUtcNow());
        _sessions[session.Key] = session;
        return session;
    }

    /// <summary>A token that is good for the next request; null when the session has ended.</summary>
    public Task<string?> AccessTokenAsync(PersonSession session, CancellationToken cancellationToken) =>
        TokenAsync(session, UsableUntil, cancellationToken);

    /// <summary>Renews early, where the answer can still carry the new cookie.</summary>
    public Task<string?> RenewAsync(PersonSession session, CancellationToken cancellationToken) =>
        TokenAsync(session, RenewBefore, cancellationToken);

    /// <summary>A token in place of one that the Api refused; null when the session has ended.</summary>
    public Task<string?> ReplaceAsync(PersonSession session, string refused, CancellationToken cancellationToken)
    {
        session.Distrust(refused);
        return AccessTokenAsync(session, cancellationToken);
    }

    /// <summary>Whether the Api still takes a session that another device may have ended. One that can't be asked is believed.</summary>
    public async Task<bool> IsOpenAsync(PersonSession session, CancellationToken cancellationToken)
    {
        if (await AccessTokenAsync(session, cancellationToken) is not { } token)
            return false;
        using var client = clients.CreateClient(ApiConnection.ClientName);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        ApiConnection.NameBrowser(request, session.Address);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.StatusCode != HttpStatusCode.Unauthorized || await ReplaceAsync(session, token, cancellationToken) is not null;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }

    public void Forget(PersonSession session) => _sessions.TryRemove(session.Key, out _);

    private async Task<string?> TokenAsync(PersonSession session, TimeSpan left, CancellationToken cancellationToken)
    {
        session.UsedAt = time.GetUtcNow();
        if (session.Ended)
            return null;
        if (session.ExpiresAt - time.GetUtcNow() > left)
            return session.AccessToken;

        await session.Gate.WaitAsync(cancellationToken);
        try
        {
            if (session.Ended || session.ExpiresAt - time.GetUtcNow() > left)
                return session.Ended ? null : session.AccessToken;
            // Once it is on its way a renewal is not given up: its answer holds the only token that is good from then on.
            session.Take(await PostAsync("/api/auth/refresh", new { session.RefreshToken }, null, session.Address, CancellationToken.None), time.GetUtcNow());
            return session.AccessToken;
        }
        catch (ApiException exception) when (exception.Status == HttpStatusCode.Unauthorized)
        {
            session.Ended = true;
            return null;
        }
        catch (ApiException) when (session.ExpiresAt > time.GetUtcNow())
        {
            return session.AccessToken;
        }
        finally
        {
            session.Gate.Release();
        }
    }

    private async Task<SessionAnswer> PostAsync(string path, object body, string? token, IPAddress? address, CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(ApiConnection.ClientName);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, body.GetType(), options: ApiJson.Options) };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        ApiConnection.NameBrowser(request, address);
        // The list of sessions names the browser, not this server.
        if (contexts.HttpContext?.Request.Headers.UserAgent.ToString() is { Length: > 0 } browser)
            request.Headers.TryAddWithoutValidation("User-Agent", browser);
        if (contexts.HttpContext?.Request.Cookies[DeviceCookie] is { Length: > 0 } device)
            request.Headers.TryAddWithoutValidation("X-Known-Device", device);
        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw await ApiConnection.ReadProblemAsync(response, cancellationToken);
            return await response.Content.ReadFromJsonAsync<SessionAnswer>(ApiJson.Options, cancellationToken)
                ?? throw new ApiException(response.StatusCode, "The answer was empty.");
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException)
        {
            throw new ApiException(null, "The server cannot be reached at the moment.", "unreachable", exception);
        }
    }

    private void Sweep()
    {
        var limit = time.GetUtcNow() - Kept;
        foreach (var (key, session) in _sessions)
        {
            if (session.UsedAt < limit)
                _sessions.TryRemove(key, out _);
        }
    }
}
