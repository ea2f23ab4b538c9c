using System.Globalization;
using ChatApp.Api.Accounts;
using ChatApp.Api.ApiKeys;
using ChatApp.Api.Errors;
using ChatApp.Api.Sessions;
using ChatApp.Contracts.OpenAI;
using ChatApp.ServiceDefaults;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;

namespace ChatApp.Api.Callers;

/// <summary>
/// Turns a request's credential into a caller. There is one place for it, the <c>Authorization</c> header, and beside it
/// the session cookie; no other header or query field is looked at. A credential that is wrong is refused, never ignored.
/// </summary>
internal sealed class CallerResolver(AccountDirectory directory, ApiKeyIssuer keys, IOptions<AccountsOptions> options, TimeProvider time)
{
    private const string Bearer = "Bearer ";

    /// <returns>The caller; null when the request carries no credential and none is optional here.</returns>
    /// <exception cref="OpenAIException">The credential is not valid, or its user is banned.</exception>
    public async Task<Caller?> ResolveAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        if (header.Count > 1)
            throw OpenAIException.Unauthenticated("Send one Authorization header.", "invalid_credentials");

        var text = header.ToString();
        if (text.Length == 0)
            return SessionCookies.HasAccessToken(context.Request) ? await FromTokenAsync(context, byCookie: true) : await AnonymousAsync(context);
        if (!text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            throw OpenAIException.Unauthenticated("Send 'Authorization: Bearer' with an access token or an API key.", "invalid_credentials");

        var credential = text[Bearer.Length..].Trim();
        if (credential.StartsWith(ApiKeyIssuer.KeyPrefix, StringComparison.Ordinal))
            return await FromKeyAsync(context, credential);
        if (credential.Count(character => character == '.') == 2)
            return await FromTokenAsync(context, byCookie: false);

        // Clients insist on a key even where none is needed; a placeholder is no credential.
        return await AnonymousAsync(context)
            ?? throw OpenAIException.Unauthenticated("The credential is neither an access token nor an API key (sk-...).", "invalid_api_key");
    }

    private async Task<Caller?> AnonymousAsync(HttpContext context)
    {
        var allowed = options.Value.Anonymous switch
        {
            AnonymousAccess.Everyone => true,
            AnonymousAccess.Loopback => context.IsFromThisMachine(),
            _ => false,
        };
        if (!allowed || await directory.FindAsync(Caller.LocalUserId, context.RequestAborted) is not { } local)
            return null;
        return Caller.From(local);
    }

    private async Task<Caller> FromKeyAsync(HttpContext context, string secret)
    {
        var key = await keys.RecogniseAsync(secret, context.RequestAborted)
            ?? throw OpenAIException.Unauthenticated("The API key is unknown, revoked or expired.", "invalid_api_key");
        var account = await UserAsync(key.UserId, context.RequestAborted);
        return Caller.From(account) with { Scopes = key.Scopes, KeyId = key.Id };
    }

    private async Task<Caller> FromTokenAsync(HttpContext context, bool byCookie)
    {
        var result = await context.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme);
        var user = result.Principal;
        if (!result.Succeeded
            || !Guid.TryParse(user!.FindFirst(JwtRegisteredClaimNames.Sub)?.Value, out var id)
            || !Guid.TryParse(user.FindFirst(AccessTokens.SessionClaim)?.Value, out var session)
            || !int.TryParse(user.FindFirst(AccessTokens.VersionClaim)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            throw OpenAIException.Unauthenticated("The access token is not valid or has expired; refresh it or sign in again.", "invalid_token");
        }

        var account = await UserAsync(id, context.RequestAborted);
        if (account.SecurityVersion != version || !await directory.IsSessionOpenAsync(id, session, context.RequestAborted))
            throw OpenAIException.Unauthenticated("This session has ended; sign in again.", "session_ended");
        context.User = user;
        return Caller.From(account) with { SessionId = session, ByCookie = byCookie };
    }

    private async Task<Account> UserAsync(Guid id, CancellationToken cancellationToken)
    {
        var account = await directory.FindAsync(id, cancellationToken);
        if (account is null || account.Kind == "local" && options.Value.Anonymous == AnonymousAccess.Off)
            throw OpenAIException.Unauthenticated("The user of this credential no longer exists.", "invalid_credentials");
        return account.BannedUntil > time.GetUtcNow().UtcDateTime
            ? throw OpenAIException.Forbidden("This account is suspended.", "account_banned")
            : account;
    }
}
