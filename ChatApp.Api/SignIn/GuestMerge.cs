using ChatApp.Api.Accounts;
using ChatApp.Api.ApiKeys;
using ChatApp.Api.Audit;
using ChatApp.Api.Callers;
using ChatApp.Api.Revocations;
using ChatApp.Api.Sessions;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.SignIn;

/// <summary>
/// Whoever was here without an account and comes in brings along what they made. A guest is no more then. The local user of one's own machine
/// gives it all, keys and plan too, to the account that is made there, and is there again with nothing; where everyone is the local user, what
/// they made is nobody's to take.
/// </summary>
internal sealed class GuestMerge(
    AccountStore accounts, AccountDirectory directory, ApiKeyStore keys, Adoption adoption, AuditLog audit, IOptions<AccountsOptions> options)
{
    /// <param name="caller">Who asked for the sign-in, if anyone.</param>
    /// <param name="account">Whom they signed in as.</param>
    /// <param name="isNew">The account was made just now.</param>
    /// <param name="cancellationToken">Ends it; what is not finished then is taken up by the next sign-in.</param>
    /// <returns>The account as it is then.</returns>
    public async Task<Account> MergeAsync(Caller? caller, Account account, bool isNew, CancellationToken cancellationToken)
    {
        if (caller is null || caller.Id == account.Id || account.Kind != "account")
            return account;
        if (caller.Kind == CallerKind.Guest)
        {
            await adoption.AdoptAsync(caller, account, cancellationToken);
            await accounts.DeleteAsync(caller.Id, cancellationToken);
            directory.End(new Revocation(RevocationKind.User, caller.Id));
            await audit.WriteAsync("account.guest_merged", account.Id, account.Id, new { Guest = caller.Id });
            return account;
        }

        if (caller.Kind != CallerKind.Local || !isNew || options.Value.Anonymous != AnonymousAccess.Loopback)
            return account;
        await adoption.AdoptAsync(caller, account, cancellationToken);
        await keys.MoveAsync(caller.Id, account.Id, cancellationToken);
        await accounts.AdministerAsync(account.Id, role: null, caller.Plan, bannedUntil: null, unban: false, cancellationToken);
        directory.Forget(account.Id);
        // What lies open of it lists what it has no more.
        directory.End(new Revocation(RevocationKind.User, caller.Id));
        await audit.WriteAsync("account.local_user_merged", account.Id, account.Id, null);
        return await accounts.FindAsync(account.Id, cancellationToken) ?? account;
    }
}
