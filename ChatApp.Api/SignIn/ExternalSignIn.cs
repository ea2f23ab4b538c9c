using ChatApp.Api.Accounts;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Sessions;
using ChatApp.Api.Settings;
using ChatApp.Contracts.OpenAI;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;

namespace ChatApp.Api.SignIn;

/// <summary>Who a provider says came, and where they go then.</summary>
internal sealed class ExternalSignIn(
    IReadOnlyList<ProviderOptions> providers, IOptions<EdgeOptions> options, Registration registration, HandOvers handOvers, AccountStore accounts, SessionStore sessions, TimeProvider time)
{
    /// <summary>The way back from a provider and a wait for an answer that is still being written.</summary>
    private static readonly TimeSpan NewFor = TimeSpan.FromHours(1);

    public async Task<Account> SignInAsync(string provider, HttpContext context, Caller? caller, CancellationToken cancellationToken)
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

    /// <summary>Somebody who comes in by a provider or a link; their account is new when nobody was ever signed in to it.</summary>
    public async Task<Entry> EntryOfAsync(Account account, CancellationToken cancellationToken) => new(account)
    {
        IsNew = account.CreatedAt > time.GetUtcNow().UtcDateTime - NewFor && !await sessions.HasAnyAsync(account.Id, cancellationToken),
    };

    /// <returns>A code for the page's server.</returns>
    public Task<string> HandOverAsync(Account account, string challenge, CancellationToken cancellationToken) =>
        handOvers.CreateAsync(account.Id, challenge, cancellationToken);

    /// <summary>Whose sign-in a code stands for.</summary>
    /// <exception cref="OpenAIException">It is not good, or not any more.</exception>
    public async Task<Account> TakeUpAsync(string? code, string? verifier, CancellationToken cancellationToken) =>
        code is { Length: > 0 } && verifier is { Length: > 0 }
        && await handOvers.TakeAsync(code, verifier, cancellationToken) is { } id
        && await accounts.FindAsync(id, cancellationToken) is { } account
            ? account
            : throw OpenAIException.Unauthenticated("The sign-in was taken up already, or too late; sign in again.", "external_sign_in_failed");

    /// <summary>A path of this server, or a page of an allowed origin: an open redirect would lend our name to any site.</summary>
    /// <exception cref="OpenAIException">It is neither, or there is no such provider.</exception>
    public string CheckTarget(string provider, string? url)
    {
        if (providers.All(known => known.Name != provider))
            throw OpenAIException.NotFound("sign-in provider");
        var target = url ?? "/";
        var local = target.StartsWith('/') && !target.StartsWith("//", StringComparison.Ordinal) && !target.Contains('\\', StringComparison.Ordinal) && !target.Any(char.IsControl);
        var allowed = Uri.TryCreate(target, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && options.Value.AllowedOrigins.Contains(uri?.GetLeftPart(UriPartial.Authority));
        return local || allowed ? target : throw OpenAIException.Invalid("'return_url' must be a path, or a page of one of Edge:AllowedOrigins.", "return_url");
    }
}
