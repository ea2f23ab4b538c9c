using System.ComponentModel.DataAnnotations;
using ChatApp.Api.Errors;
using ChatApp.Contracts.OpenAI;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace ChatApp.Api.SignIn;

internal static class ExternalSignInServices
{
    /// <summary>Holds, for minutes, who a provider says came; the session is opened from it and it goes.</summary>
    public const string Scheme = "external";

    private const string Section = "Accounts:Providers";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static string SchemeOf(string provider) => "oidc-" + provider;

    /// <exception cref="ValidationException">A provider's entry is incomplete.</exception>
    public static void AddExternalSignIn(this WebApplicationBuilder builder)
    {
        var providers = builder.Configuration.GetSection(Section).Get<ProviderOptions[]>() ?? [];
        foreach (var provider in providers)
            Validator.ValidateObject(provider, new ValidationContext(provider), validateAllProperties: true);
        builder.Services.AddSingleton<IReadOnlyList<ProviderOptions>>(providers);

        var authentication = builder.Services.AddAuthentication().AddCookie(Scheme, cookie =>
        {
            cookie.Cookie.Name = "chatapp_external";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.Cookie.Path = "/api/auth/external";
            cookie.ExpireTimeSpan = Patience;
        });
        foreach (var provider in providers)
            authentication.AddOpenIdConnect(SchemeOf(provider.Name), connect => Configure(connect, provider, builder.Environment));
    }

    private static void Configure(OpenIdConnectOptions connect, ProviderOptions provider, IHostEnvironment environment)
    {
        connect.SignInScheme = Scheme;
        connect.Authority = provider.Authority;
        connect.RequireHttpsMetadata = !environment.IsDevelopment();
        connect.ClientId = provider.ClientId;
        connect.ClientSecret = provider.ClientSecret;
        connect.CallbackPath = $"/signin-oidc/{provider.Name}";
        connect.ResponseType = OpenIdConnectResponseType.Code;
        // The answer comes as a plain redirect, so that the cookies of the request can be SameSite=Lax.
        connect.ResponseMode = OpenIdConnectResponseMode.Query;
        connect.UsePkce = true;
        connect.MapInboundClaims = false;
        connect.SaveTokens = false;
        connect.DisableTelemetry = true;
        connect.RemoteAuthenticationTimeout = Patience;
        connect.Scope.Clear();
        foreach (var scope in provider.Scopes)
            connect.Scope.Add(scope);
        foreach (var cookie in (CookieBuilder[])[connect.CorrelationCookie, connect.NonceCookie])
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        }

        connect.Events.OnRemoteFailure = context =>
        {
            context.HandleResponse();
            // Where the sign-in was to end it is said that it failed; without a trustworthy state nobody knows where that is.
            if (context.Properties?.RedirectUri is { Length: > 0 } complete)
            {
                context.Response.Redirect(complete);
                return Task.CompletedTask;
            }

            throw OpenAIException.Unauthenticated("The sign-in at the provider did not succeed; try again.", "external_sign_in_failed");
        };
    }
}

/// <summary>An OpenID Connect provider, one entry of <c>Accounts:Providers</c>.</summary>
internal sealed record ProviderOptions
{
    /// <summary>Part of the addresses: lower-case letters, digits and hyphens.</summary>
    [Required, RegularExpression("^[a-z0-9-]{1,40}$")]
    public string Name { get; init; } = "";

    public string? DisplayName { get; init; }

    /// <summary>The issuer, where <c>/.well-known/openid-configuration</c> is found.</summary>
    [Required]
    public string Authority { get; init; } = "";

    [Required]
    public string ClientId { get; init; } = "";

    public string? ClientSecret { get; init; }

    public string[] Scopes { get; init; } = ["openid", "email", "profile"];
}
