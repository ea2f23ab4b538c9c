using ChatApp.Api.Accounts;
using ChatApp.Api.Audit;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Logging;
using ChatApp.Api.Revocations;
using ChatApp.Api.Sessions;
using ChatApp.Contracts.OpenAI;
using Grpc.Core;
using Npgsql;

namespace ChatApp.Api.SignIn;

/// <summary>
/// Deletes an account and what belongs to it: conversations first, so that a failure in between leaves an account whose
/// owner can ask again, and never data without an owner.
/// </summary>
internal sealed class AccountRemoval(
    AccountStore accounts, AccountDirectory directory, PasswordSignIn signIn, CurrentCaller current, Belongings belongings, AuditLog audit, ILogger<AccountRemoval> logger)
{
    private const int Page = 100;

    /// <exception cref="OpenAIException">The password is wrong, or the user is not one that can be deleted.</exception>
    public async Task RemoveAsync(Caller caller, string? password, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(caller.Id, cancellationToken) ?? throw OpenAIException.NotFound("user");
        if (caller.Kind == CallerKind.Local)
            throw OpenAIException.Conflict("The local user cannot be deleted; delete its conversations instead.", "local_user");
        if (account is { PasswordHash: not null, Email: not null })
            await signIn.ProveAsync(caller, account, password, "Give the account's password to delete it.", cancellationToken);

        await DeleteAsync(caller.Id, cancellationToken);
        await audit.WriteAsync("account.deleted", caller.Id, caller.Id, null);
    }

    /// <summary>Deletes guests whose sessions have all ended: nobody can come back as one of them, or see what they made.</summary>
    public async Task RemoveUnreachableGuestsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Account> guests;
        var last = Guid.Empty;
        do
        {
            guests = await accounts.UnreachableGuestsAsync(last, Page, cancellationToken);
            foreach (var guest in guests)
            {
                last = guest.Id;
                current.ActFor(Caller.From(guest));
                try
                {
                    await DeleteAsync(guest.Id, cancellationToken);
                }
                catch (Exception exception) when (exception is RpcException or NpgsqlException && !cancellationToken.IsCancellationRequested)
                {
                    // The others need not wait for it.
                    logger.GuestNotRemoved(exception, guest.Id);
                }
            }
        }
        while (guests.Count == Page);
    }

    private async Task DeleteAsync(Guid id, CancellationToken cancellationToken)
    {
        await belongings.DeleteAsync(cancellationToken);
        await accounts.DeleteAsync(id, cancellationToken);
        directory.End(new Revocation(RevocationKind.User, id));
    }
}
