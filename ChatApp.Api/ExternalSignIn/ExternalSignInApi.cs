using ChatApp.Api.Accounts;
using ChatApp.Api.Callers;
using ChatApp.Api.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;

namespace ChatApp.Api.ExternalSignIn;

/// <summary>Sign-in at an OpenID Connect provider: there and back by redirects, ending in session cookies.</summary>
internal static class ExternalSignInApi
{
    public static IResult List(IReadOnlyList<ProviderOptions> providers) =>
        Results.Json(new { Data = providers.Select(provider => new { provider.Name, DisplayName = provider.DisplayName ?? provider.Name }) });

    public static IResult Begin(string provider, IReadOnlyList<ProviderOptions> providers, IOptions<EdgeOptions> options, string? return_url = null)
    {
        Require(provider, providers);
        var target = CheckTarget(return_url, options.Value);
        return Results.Challenge(
            new AuthenticationProperties { RedirectUri = $"/api/auth/external/{provider}/complete?return_url={Uri.EscapeDataString(target)}" },
            [ExternalSignInServices.SchemeOf(provider)]);
    }

    public static async Task<IResult> CompleteAsync(
        string provider,
        HttpContext context,
        IReadOnlyList<ProviderOptions> providers,
        Registration registration,
        SessionDesk sessions,
        SessionCookies cookies,
        IOptions<EdgeOptions> options,
        string? return_url = null,
        CancellationToken cancellationToken = default)
    {
        Require(provider, providers);
        var target = CheckTarget(return_url, options.Value);
        var result = await context.AuthenticateAsync(ExternalSignInServices.Scheme);
        var user = result.Principal;
        // The cookie says through which provider it was earned: one provider's user is not another's.
        if (!result.Succeeded || result.Properties?.Items[".AuthScheme"] != ExternalSignInServices.SchemeOf(provider)
            || user?.FindFirst(JwtRegisteredClaimNames.Sub)?.Value is not { Length: > 0 } subject)
        {
            throw RefusedException.Unauthenticated("The sign-in at the provider did not succeed; try again.", "external_sign_in_failed");
        }

        await context.SignOutAsync(ExternalSignInServices.Scheme);
        var verified = string.Equals(user.FindFirst("email_verified")?.Value, "true", StringComparison.OrdinalIgnoreCase);
        var account = await registration.SignInExternallyAsync(
            new ExternalLogin(provider, subject),
            verified ? user.FindFirst(JwtRegisteredClaimNames.Email)?.Value : null,
            user.FindFirst(JwtRegisteredClaimNames.Name)?.Value,
            context.Features.Get<Caller>(),
            cancellationToken);
        cookies.Write(context, await sessions.OpenAsync(account, cancellationToken));
        return Results.Redirect(target);
    }

    private static void Require(string provider, IReadOnlyList<ProviderOptions> providers)
    {
        if (providers.All(known => known.Name != provider))
            throw RefusedException.NotFound("sign-in provider");
    }

    /// <summary>A path of this server, or a page of an allowed origin: an open redirect would lend our name to any site.</summary>
    private static string CheckTarget(string? url, EdgeOptions options)
    {
        var target = url ?? "/";
        var local = target.StartsWith('/') && !target.StartsWith("//", StringComparison.Ordinal) && !target.Contains('\\', StringComparison.Ordinal) && !target.Any(char.IsControl);
        var allowed = Uri.TryCreate(target, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && options.AllowedOrigins.Contains(uri?.GetLeftPart(UriPartial.Authority));
        return local || allowed ? target : throw RefusedException.Invalid("'return_url' must be a path, or a page of one of Edge:AllowedOrigins.", "return_url");
    }
}
