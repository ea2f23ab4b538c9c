using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ChatApp.Api.Accounts;
using ChatApp.Api.Audit;
using ChatApp.Api.Errors;
using ChatApp.Api.Ids;
using ChatApp.Api.Revocations;
using ChatApp.Contracts.OpenAI;
using ChatApp.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Sessions;

/// <summary>Opens sessions, continues them by their refresh token, and ends them.</summary>
internal sealed class SessionLifecycle(
    SessionStore sessions,
    AccountStore accounts,
    AccountDirectory directory,
    AccessTokens accessTokens,
    AuditLog audit,
    IOptions<AccountsOptions> options,
    TimeProvider time)
{
    private const string RefreshPrefix = "rt-";
    private const int MaxUserAgent = 200;

    /// <exception cref="OpenAIException">The user is banned, or was changed while signing in.</exception>
    public async Task<SessionTokens> OpenAsync(HttpContext context, Account account, CancellationToken cancellationToken)
    {
        RefuseBanned(account);
        var (refresh, hash) = NewRefreshToken();
        var expires = RefreshExpiry();
        var session = await sessions.OpenAsync(account.Id, account.SecurityVersion, hash, expires,
            context.Request.Headers.UserAgent.ToString().Beginning(MaxUserAgent), context.Connection.RemoteIpAddress?.ToString(), cancellationToken)
            ?? throw OpenAIException.Unauthenticated("The account was changed meanwhile; sign in again.", "account_changed");
        if (!account.IsGuest)
            await audit.WriteAsync("session.opened", account.Id, session, new { Device = DeviceId.Of(context.Request) });
        return Tokens(account, session, refresh, expires);
    }

    /// <exception cref="OpenAIException">The token is unknown, expired, used before, or its user may not go on.</exception>
    public async Task<SessionTokens> RefreshAsync(string? refreshToken, CancellationToken cancellationToken)
    {
        if (refreshToken is null || !refreshToken.StartsWith(RefreshPrefix, StringComparison.Ordinal) || refreshToken.Length > 128)
            throw NotARefreshToken();

        var (next, nextHash) = NewRefreshToken();
        var expires = RefreshExpiry();
        var outcome = await sessions.RotateAsync(Hash(refreshToken), nextHash, expires, cancellationToken);
        if (outcome.UserId is not { } userId)
            throw NotARefreshToken();
        if (outcome.Replayed)
        {
            directory.End(new Revocation(RevocationKind.Session, userId, outcome.SessionId));
            await audit.WriteAsync("session.refresh_replayed", null, outcome.SessionId, null);
            throw OpenAIException.Unauthenticated("This refresh token was used before, so its session has been ended; sign in again.", "refresh_token_replayed");
        }

        var account = await accounts.FindAsync(userId, cancellationToken) ?? throw NotARefreshToken();
        RefuseBanned(account);
        return Tokens(account, outcome.SessionId, next, expires);
    }

    public async Task CloseAsync(Guid userId, Guid sessionId, CancellationToken cancellationToken)
    {
        if (!await sessions.RevokeAsync(userId, sessionId, "signed_out", cancellationToken))
            throw OpenAIException.NotFound("session");
        directory.End(new Revocation(RevocationKind.Session, userId, sessionId));
        await audit.WriteAsync("session.closed", userId, sessionId, null);
    }

    public async Task CloseAllAsync(Guid userId, CancellationToken cancellationToken)
    {
        await sessions.RevokeAllAsync(userId, "signed_out_everywhere", cancellationToken);
        directory.End(new Revocation(RevocationKind.AllSessions, userId));
        await audit.WriteAsync("session.closed_all", userId, userId, null);
    }

    private SessionTokens Tokens(Account account, Guid session, string refresh, DateTimeOffset expires) =>
        new(accessTokens.Issue(account, session), (int)accessTokens.Lifetime.TotalSeconds, refresh, expires);

    private DateTimeOffset RefreshExpiry() => time.GetUtcNow().AddDays(options.Value.RefreshTokenDays);

    private void RefuseBanned(Account account)
    {
        if (account.BannedUntil > time.GetUtcNow().UtcDateTime)
            throw OpenAIException.Forbidden("This account is suspended.", "account_banned");
    }

    private static OpenAIException NotARefreshToken() =>
        OpenAIException.Unauthenticated("The refresh token is unknown or has expired; sign in again.", "invalid_refresh_token");

    private static (string Token, byte[] Hash) NewRefreshToken()
    {
        var token = RefreshPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return (token, Hash(token));
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <summary>What a client gets when a session opens or goes on.</summary>
internal sealed record SessionTokens(string AccessToken, int ExpiresIn, string RefreshToken, DateTimeOffset RefreshExpiresAt);
