using ChatApp.Api.Abuse;
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
    AccountStore accounts, AccountDirectory directory, Passwords passwords, PasswordSignIn signIn, SignInAttempts attempts, AuditLog audit, IOptions<AccountsOptions> options)
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

    /// <summary>Whether accounts can be made, and whether the next one would be the first, which may choose to administer the server.</summary>
    public async Task<SignUpState> StateAsync(CancellationToken cancellationToken) =>
        new(_options.AllowSignUp, _options is { AllowSignUp: true, FirstUserIsAdmin: true } && !await accounts.HasAccountsAsync(cancellationToken));

    /// <summary>
    /// Signs up; a guest keeps their id, and with it their conversations. Who has an account already and gives its password is signed in to it. With another
    /// password the answer and the work are those of a wrong password; that nothing was made shows all the same, so sources that meet such addresses have to wait.
    /// </summary>
    public async Task<Entry> SignUpAsync(AuthApi.SignUpRequest asked, HttpContext context, CancellationToken cancellationToken)
    {
        var caller = context.Features.Get<Caller>();
        if (!_options.AllowSignUp)
            throw OpenAIException.Forbidden("This server makes no accounts by sign-up; ask its administrator.", "sign_up_disabled");
        if (caller is { Kind: CallerKind.Account })
            throw OpenAIException.Conflict("You are signed in already.", "signed_in");

        var address = EmailAddress.Canonical(asked.Email);
        passwords.Check(asked.Password, address);
        var name = CheckName(asked.DisplayName);
        var source = ClientAddress.Of(context.Connection.RemoteIpAddress);
        await attempts.CheckSignUpsAsync(source, cancellationToken);
        var (isRight, known) = await signIn.TryAsync(context, address, asked.Password, cancellationToken);
        var account = new NewAccount(address, await passwords.HashAsync(asked.Password!, cancellationToken), name, _options.SignUpPlan);
        if (isRight)
            return new Entry(known!);

        var guest = caller is { Kind: CallerKind.Guest } ? caller.Id : (Guid?)null;
        var isFirst = (await StateAsync(cancellationToken)).FirstAccount;
        var added = known is null ? await accounts.AddAccountAsync(account, guest, isFirst && asked.Administrator, cancellationToken) : null;
        if (added is not { } id)
        {
            await attempts.CountSignUpAsync(source, cancellationToken);
            throw await signIn.RefusedAsync("sign_up.refused", known,
                "No account was made with this e-mail address and password. If you have one already, sign in with its password; else take another address.");
        }

        await attempts.ClearAsync(new SignInTry(address, source, IsKnown: false), cancellationToken);
        directory.Forget(id);
        await audit.WriteAsync(guest is null ? "account.signed_up" : "account.upgraded", id, id, null);
        return new Entry((await accounts.FindAsync(id, cancellationToken))!) { IsNew = true, IsFirst = isFirst };
    }

    /// <summary>Undoes a sign-up whose owner's things could not come along; a guest who became the account has them.</summary>
    public async Task TakeBackAsync(Account account, Caller? caller)
    {
        if (caller?.Id == account.Id)
            return;
        await accounts.DeleteAsync(account.Id, CancellationToken.None);
        directory.Forget(account.Id);
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
        // Nobody was asked whether they want to administer the server.
        var id = await accounts.AddAccountAsync(account, guest, firstIsAdmin: false, cancellationToken)
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
