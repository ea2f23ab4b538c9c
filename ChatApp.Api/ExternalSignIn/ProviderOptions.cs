using System.ComponentModel.DataAnnotations;

namespace ChatApp.Api.ExternalSignIn;

/// <summary>An OpenID Connect provider, one entry of <c>Accounts:Providers</c>.</summary>
public sealed record ProviderOptions
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
