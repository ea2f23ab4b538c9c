namespace ChatApp.Api.Accounts;

/// <summary>A user as an OpenID Connect provider names them.</summary>
internal sealed record ExternalLogin(string Provider, string Subject);
