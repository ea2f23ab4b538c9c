using ChatApp.Api.Accounts;
using ChatApp.Api.Callers;
using ChatApp.Api.Limits;
using ChatApp.Contracts.Identity;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.SignIn;

/// <summary>Gives an account what somebody without one made: conversations, files and what they used.</summary>
internal sealed class Adoption(Transfers.TransfersClient transfers, CallerIdentitySigner signer, CurrentCaller current, MonthlyBudget money)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    public async Task AdoptAsync(Caller from, Account account, CancellationToken cancellationToken)
    {
        // Signed in as the account, with the other's identity as proof that both are one person's.
        current.ActFor(Caller.From(account));
        await transfers.AdoptAsync(
            new AdoptRequest { GuestIdentity = signer.Sign(from.UserId, Account.Guest, from.Plan, Lifetime) }, cancellationToken: cancellationToken);
        await money.RefreshAsync(account.Id, cancellationToken);
    }
}
