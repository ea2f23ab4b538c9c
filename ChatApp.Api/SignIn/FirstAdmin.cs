using ChatApp.Api.Accounts;
using ChatApp.Api.Callers;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.SignIn;

/// <summary>Makes, at the start, the users that the configuration names.</summary>
internal sealed class FirstAdmin(AccountStore accounts, Passwords passwords, IOptions<AccountsOptions> options)
{
    /// <exception cref="InvalidOperationException">Only one of the two settings is given.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        if (settings.Anonymous != AnonymousAccess.Off)
            await accounts.AddLocalUserAsync(Caller.LocalUserId, settings.AnonymousPlan, cancellationToken);

        if (settings is { AdminEmail: null, AdminPassword: null })
            return;
        if (string.IsNullOrEmpty(settings.AdminEmail) || string.IsNullOrEmpty(settings.AdminPassword))
            throw new InvalidOperationException("Accounts:AdminEmail and Accounts:AdminPassword belong together: set both, or none.");

        var email = EmailAddress.Canonical(settings.AdminEmail);
        if (await accounts.FindByEmailAsync(email, cancellationToken) is not null)
            return;
        passwords.Check(settings.AdminPassword, email);
        var hash = await passwords.HashAsync(settings.AdminPassword, cancellationToken);
        await accounts.AddAccountAsync(new NewAccount(email, hash, null, "unlimited", Account.Admin), guest: null, firstIsAdmin: false, cancellationToken);
    }
}
