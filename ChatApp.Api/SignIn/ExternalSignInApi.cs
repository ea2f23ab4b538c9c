using ChatApp.Api.Accounts;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Sessions;
using ChatApp.Api.Settings;
using ChatApp.Contracts.OpenAI;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;

namespace ChatApp.Api.SignIn;

/// <summary>
/// Sign-in at an OpenID Connect provider: there and back by redirects. It ends in session cookies of this server; or, for a
/// page that is served elsewhere and gave a <c>challenge</c>, in a code that the page's server exchanges for tokens.
/// </summary>
internal static class ExternalSignInApi
{
    public static IResult List(IReadOnlyList<ProviderOptions> providers) =>
        Results.Json(new { Data = providers.Select(provider => new { provider.Name, DisplayName = provider.DisplayName ?? provider.Name }) });

    public static IResult Begin(
        string provider, IReadOnlyList<ProviderOptions> providers, IOptions<EdgeOptions> options, string? return_url = null, string? challenge = null)
    {
        Require(provider, providers);
        var target = CheckTarget(return_url, options.Value);
        if (challenge is not null && !HandOvers.IsChallenge(challenge))
            throw OpenAIException.Invalid("'challenge' must be the SHA-256 of a secret of yours in base64url.", "challenge");
        var back = new Dictionary<string, string?> { ["return_url"] = target, ["challenge"] = challenge };
        return Results.Challenge(
            new AuthenticationProperties { RedirectUri = QueryHelpers.AddQueryString($"/api/auth/external/{provider}/complete", back.Where(pair => pair.Value is not null)) },
            [ExternalSignInServices.SchemeOf(provider)]);
    }

    public static async Task<IResult> CompleteAsync(
        string provider,
        HttpContext context,
        IReadOnlyList<ProviderOptions> providers,
        Registration registration,
        SessionDesk sessions,
        SessionCookies cookies,
        HandOvers handOvers,
        GuestMerge merge,
        IOptions<EdgeOptions> options,
        string? return_url = null,
        string? challenge = null,
        CancellationToken cancellationToken = default)
    {
        Require(provider, providers);
        var target = CheckTarget(return_url, options.Value);
        var caller = context.Features.Get<Caller>();
        if (challenge is null)
        {
            var known = await SignInAsync(provider, context, registration, caller, cancellationToken);
            await merge.MergeAsync(caller, known, cancellationToken);
            cookies.Write(context, await sessions.OpenAsync(known, cancellationToken));
            return Results.Redirect(target);
        }

        try
        {
            // The page's guest is not known here; the exchange knows.
            var account = await SignInAsync(provider, context, registration, caller: null, cancellationToken);
            return Results.Redirect(QueryHelpers.AddQueryString(target, "code", await handOvers.CreateAsync(account.Id, challenge, cancellationToken)));
        }
        catch (OpenAIException refused)
        {
            return Results.Redirect(QueryHelpers.AddQueryString(target, "error", refused.Error.Code ?? "external_sign_in_failed"));
        }
    }

    /// <summary><c>POST /api/auth/external/exchange</c>: a session for the code. A guest who asks brings their conversations along.</summary>
    public static async Task<IResult> ExchangeAsync(
        ExchangeRequest body, HttpContext context, HandOvers handOvers, AccountStore accounts, GuestMerge merge, SessionDesk sessions, SessionCookies cookies, CancellationToken cancellationToken)
    {
        if (body is not { Code.Length: > 0, Verifier.Length: > 0 }
            || await handOvers.TakeAsync(body.Code, body.Verifier, cancellationToken) is not { } id
            || await accounts.FindAsync(id, cancellationToken) is not { } account)
        {
            throw OpenAIException.Unauthenticated("The sign-in was taken up already, or too late; sign in again.", "external_sign_in_failed");
        }

        await merge.MergeAsync(context.Features.Get<Caller>(), account, cancellationToken);
        return AuthApi.Answer(context, account, await sessions.OpenAsync(account, cancellationToken), cookies, body.Cookie);
    }

    private static async Task<Account> SignInAsync(string provider, HttpContext context, Registration registration, Caller? caller, CancellationToken cancellationToken)
    {
        var result = await context.AuthenticateAsync(ExternalSignInServices.Scheme);
        var user = result.Principal;
        // The cookie says through which provider it was earned: one provider's user is not another's.
        if (!result.Succeeded || result.Properties?.Items[".AuthScheme"] != ExternalSignInServices.SchemeOf(provider)
            || user?.FindFirst(JwtRegisteredClaimNames.Sub)?.Value is not { Length: > 0 } subject)
        {
            throw OpenAIException.Unauthenticated("The sign-in at the provider did not succeed; try again.", "external_sign_in_failed");
        }

        await context.SignOutAsync(ExternalSignInServices.Scheme);
        var verified = string.Equals(user.FindFirst("email_verified")?.Value, "true", StringComparison.OrdinalIgnoreCase);
        return await registration.SignInExternallyAsync(
            new ExternalLogin(provider, subject),
            verified ? user.FindFirst(JwtRegisteredClaimNames.Email)?.Value : null,
            user.FindFirst(JwtRegisteredClaimNames.Name)?.Value,
            caller,
            cancellationToken);
    }

    private static void Require(string provider, IReadOnlyList<ProviderOptions> providers)
    {
        if (providers.All(known => known.Name != provider))
            throw OpenAIException.NotFound("sign-in provider");
    }

    /// <summary>A path of this server, or a page of an allowed origin: an open redirect would lend our name to any site.</summary>
    private static string CheckTarget(string? url, EdgeOptions options)
    {
        var target = url ?? "/";
        var local = target.StartsWith('/') && !target.StartsWith("//", StringComparison.Ordinal) && !target.Contains('\\', StringComparison.Ordinal) && !target.Any(char.IsControl);
        var allowed = Uri.TryCreate(target, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && options.AllowedOrigins.Contains(uri?.GetLeftPart(UriPartial.Authority));
        return local || allowed ? target : throw OpenAIException.Invalid("'return_url' must be a path, or a page of one of Edge:AllowedOrigins.", "return_url");
    }

    internal sealed record ExchangeRequest(string? Code, string? Verifier, bool Cookie = false);
}
