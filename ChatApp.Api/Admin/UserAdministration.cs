using ChatApp.Api.Accounts;
using ChatApp.Api.Audit;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Revocations;
using ChatApp.Api.Sessions;
using ChatApp.Contracts.OpenAI;

namespace ChatApp.Api.Admin;

/// <summary>What an administrator does to another's account: it holds at once, and is written down.</summary>
internal sealed class UserAdministration(AccountStore accounts, SessionStore sessions, AccountDirectory directory, AuditLog audit)
{
    /// <returns>The account as it is now.</returns>
    public async Task<Account> ChangeAsync(Caller by, Guid user, AdminUsersApi.UserChange change, CancellationToken cancellationToken)
    {
        if (!await accounts.AdministerAsync(user, change.Role, change.Plan, change.BannedUntil?.ToUniversalTime(), change.Unban, cancellationToken))
            throw OpenAIException.NotFound("user");
        if (change.BannedUntil is null)
            directory.Forget(user);
        else
            directory.End(new Revocation(RevocationKind.User, user));
        await audit.WriteAsync("admin.user_changed", by.Id, user, change);
        return await accounts.FindAsync(user, cancellationToken) ?? throw OpenAIException.NotFound("user");
    }

    public async Task SignOutAsync(Caller by, Guid user, CancellationToken cancellationToken)
    {
        await sessions.RevokeAllAsync(user, "by_administrator", cancellationToken);
        directory.End(new Revocation(RevocationKind.AllSessions, user));
        await audit.WriteAsync("admin.user_signed_out", by.Id, user, null);
    }
}
