using ChatApp.Api.Accounts;
using ChatApp.Api.Audit;
using ChatApp.Api.Callers;
using ChatApp.Api.Limits;
using ChatApp.Api.Revocations;
using ChatApp.Api.Sessions;
using ChatApp.Contracts.Identity;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.SignIn;

/// <summary>
/// A guest who signs in to an account that they have already brings along what they made: conversations, files and what they
/// used go to the account, and the guest is no more.
/// </summary>
internal sealed class GuestMerge(
    AccountStore accounts, AccountDirectory directory, Transfers.TransfersClient transfers, CallerIdentitySigner signer, CurrentCaller current, MonthlyBudget money, AuditLog audit)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    /// <param name="caller">Who asked for the sign-in, if anyone.</param>
    /// <param name="account">Whom they signed in as.</param>
    /// <param name="cancellationToken">Ends it; what is not finished then is taken up by the next sign-in.</param>
    public async Task MergeAsync(Caller? caller, Account account, CancellationToken cancellationToken)
    {
        if (caller is not { Kind: CallerKind.Guest } || caller.Id == account.Id || account.Kind != "account")
            return;
        // Signed in as the account, with the guest's identity as proof that both are one person's.
        current.ActFor(Caller.From(account));
        await transfers.AdoptAsync(
            new AdoptRequest { GuestIdentity = signer.Sign(caller.UserId, Account.Guest, caller.Plan, Lifetime) }, cancellationToken: cancellationToken);
        await money.RefreshAsync(account.Id, cancellationToken);
        await accounts.DeleteAsync(caller.Id, cancellationToken);
        directory.End(new Revocation(RevocationKind.User, caller.Id));
        await audit.WriteAsync("account.guest_merged", account.Id, account.Id, new { Guest = caller.Id });
    }
}
