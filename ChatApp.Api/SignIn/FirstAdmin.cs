using ChatApp.Api.Accounts;
using ChatApp.Api.Callers;
using ChatApp.Contracts.OpenAI;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.SignIn;

/// <summary>Makes, at the start, the users that the configuration names.</summary>
internal sealed class FirstAdmin(AccountStore accounts, Passwords passwords, IOptions<AccountsOptions> options)
{
    /// <exception cref="InvalidOperationException">Only one of the two settings is given, or one is not accepted.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        if (settings.Anonymous != AnonymousAccess.Off)
            await accounts.AddLocalUserAsync(Caller.LocalUserId, settings.AnonymousPlan, cancellationToken);

        if (settings is { AdminEmail: null, AdminPassword: null })
            return;
        if (string.IsNullOrEmpty(settings.AdminEmail) || string.IsNullOrEmpty(settings.AdminPassword))
            throw new InvalidOperationException("Accounts:AdminEmail and Accounts:AdminPassword belong together: set both, or none.");

        var email = Accepted(nameof(AccountsOptions.AdminEmail), () => EmailAddress.Canonical(settings.AdminEmail));
        if (await accounts.FindByEmailAsync(email, cancellationToken) is not null)
            return;
        Accepted(nameof(AccountsOptions.AdminPassword), () =>
        {
            passwords.Check(settings.AdminPassword, email);
            return true;
        });
        var hash = await passwords.HashAsync(settings.AdminPassword, cancellationToken);
        await accounts.AddAccountAsync(new NewAccount(email, hash, null, "unlimited", Account.Admin), guest: null, firstIsAdmin: false, cancellationToken);
    }

    private static T Accepted<T>(string setting, Func<T> check)
    {
        try
        {
            return check();
        }
        catch (OpenAIException refused)
        {
            throw new InvalidOperationException($"{AccountsOptions.Section}:{setting} is not accepted: {refused.Message}");
        }
    }
}
