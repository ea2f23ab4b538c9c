namespace ChatApp.Api.Accounts;

/// <summary>What an account is made of.</summary>
internal sealed record NewAccount(string Email, string? PasswordHash, string? DisplayName, string Plan, string Role = Account.User, ExternalLogin? Login = null);
