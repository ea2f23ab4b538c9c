using ChatApp.Api.Accounts;
using ChatApp.Api.Audit;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Sessions;
using ChatApp.Contracts.OpenAI;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.SignIn;

/// <summary>How people come in: as a guest, with an account, or as a guest who makes an account.</summary>
internal sealed class Registration(
    AccountStore accounts, AccountDirectory directory, Passwords passwords, AuditLog audit, IOptions<AccountsOptions> options)
{
    private const int MaxNameLength = 80;

    private readonly AccountsOptions _options = options.Value;

    public async Task<Account> AddGuestAsync(CancellationToken cancellationToken)
    {
        if (!_options.AllowGuests)
            throw OpenAIException.Forbidden("This server has no guest mode; sign in or sign up.", "guests_disabled");
        var id = await accounts.AddGuestAsync(_options.GuestPlan, cancellationToken);
        return (await accounts.FindAsync(id, cancellationToken))!;
    }

    /// <summary>Signs up; a guest keeps their id, and with it their conversations.</summary>
    public async Task<Account> SignUpAsync(string? email, string? password, string? displayName, Caller? caller, CancellationToken cancellationToken)
    {
        if (!_options.AllowSignUp)
            throw OpenAIException.Forbidden("This server makes no accounts by sign-up; ask its administrator.", "sign_up_disabled");
        if (caller is { Kind: CallerKind.Account })
            throw OpenAIException.Conflict("You are signed in already.", "signed_in");

        var address = EmailAddress.Canonical(email);
        passwords.Check(password, address);
        var account = new NewAccount(address, await passwords.HashAsync(password!, cancellationToken), CheckName(displayName), _options.SignUpPlan);
        var guest = caller is { Kind: CallerKind.Guest } ? caller.Id : (Guid?)null;
        var id = await accounts.AddAccountAsync(account, guest, _options.FirstUserIsAdmin, cancellationToken)
            ?? throw OpenAIException.Conflict("There is an account with this e-mail address; sign in instead.", "email_taken");

        directory.Forget(id);
        await audit.WriteAsync(guest is null ? "account.signed_up" : "account.upgraded", id, id, null);
        return (await accounts.FindAsync(id, cancellationToken))!;
    }

    /// <summary>The account of a user of an OpenID Connect provider, made at the first visit.</summary>
    /// <param name="verifiedEmail">An address that the provider vouches for.</param>
    public async Task<Account> SignInExternallyAsync(ExternalLogin login, string? verifiedEmail, string? displayName, Caller? caller, CancellationToken cancellationToken)
    {
        if (await accounts.FindByLoginAsync(login, cancellationToken) is { } known)
            return known;
        if (!_options.AllowSignUp)
            throw OpenAIException.Forbidden("There is no account for this sign-in, and this server makes none by sign-up.", "sign_up_disabled");
        if (verifiedEmail is null)
            throw OpenAIException.Forbidden("The provider does not vouch for an e-mail address; verify it there first.", "email_not_verified");

        // An account with that address is not taken over: whoever runs the provider would own every account here.
        var account = new NewAccount(EmailAddress.Canonical(verifiedEmail), null, CheckName(displayName), _options.SignUpPlan, Login: login);
        var guest = caller is { Kind: CallerKind.Guest } ? caller.Id : (Guid?)null;
        var id = await accounts.AddAccountAsync(account, guest, _options.FirstUserIsAdmin, cancellationToken)
            ?? throw OpenAIException.Conflict("There is an account with this e-mail address already; sign in with its password.", "email_taken");
        directory.Forget(id);
        await audit.WriteAsync("account.signed_up", id, id, new { login.Provider });
        return (await accounts.FindAsync(id, cancellationToken))!;
    }

    /// <exception cref="OpenAIException">The name is too long or holds control characters.</exception>
    public static string? CheckName(string? name)
    {
        var trimmed = name?.Trim();
        if (string.IsNullOrEmpty(trimmed))
            return null;
        return trimmed.Length <= MaxNameLength && !trimmed.Any(char.IsControl)
            ? trimmed
            : throw OpenAIException.Invalid($"'display_name' must have at most {MaxNameLength} characters on one line.", "display_name");
    }
}
