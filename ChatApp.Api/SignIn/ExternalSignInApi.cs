using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Contracts.OpenAI;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.WebUtilities;

namespace ChatApp.Api.SignIn;

/// <summary>
/// Sign-in at an OpenID Connect provider: there and back by redirects. It ends in session cookies of this server; or, for a
/// page that is served elsewhere and gave a <c>challenge</c>, in a code that the page's server exchanges for tokens.
/// </summary>
internal static class ExternalSignInApi
{
    public static IResult List(IReadOnlyList<ProviderOptions> providers) =>
        Results.Json(new { Data = providers.Select(provider => new { provider.Name, DisplayName = provider.DisplayName ?? provider.Name }) });

    public static IResult Begin(string provider, ExternalSignIn signIn, string? return_url = null, string? challenge = null)
    {
        var target = signIn.CheckTarget(provider, return_url);
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
        ExternalSignIn signIn,
        SessionOpening opening,
        string? return_url = null,
        string? challenge = null,
        CancellationToken cancellationToken = default)
    {
        var target = signIn.CheckTarget(provider, return_url);
        if (challenge is null)
        {
            var known = await signIn.SignInAsync(provider, context, context.Features.Get<Caller>(), cancellationToken);
            await opening.OpenAsync(context, await signIn.EntryOfAsync(known, cancellationToken), byCookie: true, cancellationToken);
            return Results.Redirect(target);
        }

        try
        {
            // The page's guest is not known here; the exchange knows.
            var account = await signIn.SignInAsync(provider, context, caller: null, cancellationToken);
            return Results.Redirect(QueryHelpers.AddQueryString(target, "code", await signIn.HandOverAsync(account, challenge, cancellationToken)));
        }
        catch (OpenAIException refused)
        {
            return Results.Redirect(QueryHelpers.AddQueryString(target, "error", refused.Error.Code ?? "external_sign_in_failed"));
        }
    }

    /// <summary><c>POST /api/auth/external/exchange</c>: a session for the code. A guest who asks brings their conversations along.</summary>
    public static async Task<IResult> ExchangeAsync(
        ExchangeRequest body, HttpContext context, ExternalSignIn signIn, SessionOpening opening, CancellationToken cancellationToken) =>
        await opening.AnswerAsync(
            context,
            await signIn.EntryOfAsync(await signIn.TakeUpAsync(body?.Code, body?.Verifier, cancellationToken), cancellationToken),
            body?.Cookie ?? false,
            StatusCodes.Status200OK,
            cancellationToken);

    internal sealed record ExchangeRequest(string? Code, string? Verifier, bool Cookie = false);
}
