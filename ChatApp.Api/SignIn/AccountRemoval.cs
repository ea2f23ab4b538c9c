using ChatApp.Api.Accounts;
using ChatApp.Api.Audit;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Logging;
using ChatApp.Api.Sessions;
using ChatApp.Contracts.OpenAI;
using ChatApp.Orchestrator.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace ChatApp.Api.SignIn;

/// <summary>
/// Deletes an account and what belongs to it: conversations first, so that a failure in between leaves an account whose
/// owner can ask again, and never data without an owner.
/// </summary>
internal sealed class AccountRemoval(
    AccountStore accounts, AccountDirectory directory, Passwords passwords, SignInAttempts attempts, CurrentCaller current,
    Conversations.ConversationsClient conversations, Files.FilesClient files, AuditLog audit, ILogger<AccountRemoval> logger)
{
    private const int Page = 100;

    /// <exception cref="OpenAIException">The password is wrong, or the user is not one that can be deleted.</exception>
    public async Task RemoveAsync(Caller caller, string? password, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(caller.Id, cancellationToken) ?? throw OpenAIException.NotFound("user");
        if (caller.Kind == CallerKind.Local)
            throw OpenAIException.Conflict("The local user cannot be deleted; delete its conversations instead.", "local_user");
        if (account is { PasswordHash: not null, Email: not null })
        {
            await attempts.BeginAsync(account.Email, cancellationToken);
            if (await passwords.VerifyAsync(account.PasswordHash, password, cancellationToken) == PasswordVerificationResult.Failed)
                throw OpenAIException.Forbidden("Give the account's password to delete it.", "wrong_credentials");
            await attempts.ClearAsync(account.Email, cancellationToken);
        }

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
        foreach (var archived in (bool[])[false, true])
            await DeleteConversationsAsync(archived, cancellationToken);
        await files.DeleteAllAsync(new DeleteAllFilesRequest(), cancellationToken: cancellationToken);
        await accounts.DeleteAsync(id, cancellationToken);
        directory.Forget(id);
    }

    private async Task DeleteConversationsAsync(bool archived, CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await conversations.ListAsync(new ListConversationsRequest { Limit = Page, Archived = archived }, cancellationToken: cancellationToken);
            if (page.Conversations.Count == 0)
                return;
            foreach (var hit in page.Conversations)
            {
                try
                {
                    await conversations.DeleteAsync(new DeleteConversationRequest { Id = hit.Conversation.Id }, cancellationToken: cancellationToken);
                }
                catch (RpcException exception) when (exception.StatusCode is StatusCode.NotFound or StatusCode.FailedPrecondition)
                {
                    // Deleted meanwhile, from another device.
                }
            }
        }
    }
}
