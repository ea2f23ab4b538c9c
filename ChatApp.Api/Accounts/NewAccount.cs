namespace ChatApp.Api.Accounts;

/// <summary>What an account is made of.</summary>
internal sealed record NewAccount(string Email, string? PasswordHash, string? DisplayName, string Plan, string Role = Account.User, ExternalLogin? Login = null);

/// <summary>A user as an OpenID Connect provider names them.</summary>
internal sealed record ExternalLogin(string Provider, string Subject);
