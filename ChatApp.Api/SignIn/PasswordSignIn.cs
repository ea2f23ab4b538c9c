using ChatApp.Api.Abuse;
using ChatApp.Api.Accounts;
using ChatApp.Api.ApiKeys;
using ChatApp.Api.Audit;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Revocations;
using ChatApp.Api.Sessions;
using ChatApp.Contracts.OpenAI;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Api.SignIn;

/// <summary>Sign-in by e-mail address and password: one answer, after the same work, whatever was wrong.</summary>
internal sealed class PasswordSignIn(
    AccountStore accounts, AccountDirectory directory, Passwords passwords, SignInAttempts attempts, KnownDevices devices, ApiKeyStore keys, AuditLog audit)
{
    /// <exception cref="OpenAIException">Address or password is wrong, or whoever tries has to wait.</exception>
    public async Task<Account> SignInAsync(HttpContext context, string? email, string? password, CancellationToken cancellationToken) =>
        await TryAsync(context, EmailAddress.Canonical(email), password, cancellationToken) switch
        {
            (true, { } account) => account,
            var (_, account) => throw await RefusedAsync("sign_in.failed", account, "The e-mail address or the password is wrong."),
        };

    /// <summary>A wrong password, as it is answered and written down.</summary>
    public async Task<OpenAIException> RefusedAsync(string action, Account? account, string message)
    {
        await audit.WriteAsync(action, null, account?.Id, null);
        return OpenAIException.Unauthenticated(message, "wrong_credentials");
    }

    /// <summary>Whether there is an account with an address, and whether the password is its own; the work is the same for each.</summary>
    /// <exception cref="OpenAIException">Whoever tries has to wait.</exception>
    public async Task<(bool IsRight, Account? Account)> TryAsync(HttpContext context, string address, string? password, CancellationToken cancellationToken)
    {
        var account = await accounts.FindByEmailAsync(address, cancellationToken);
        var device = account is null ? null : devices.Find(context.Request, account);
        var attempt = new SignInTry(address, device ?? ClientAddress.Of(context.Connection.RemoteIpAddress), device is not null);
        await attempts.BeginAsync(attempt, cancellationToken);
        var result = await passwords.VerifyAsync(account?.PasswordHash, password, cancellationToken);
        if (account is null || result == PasswordVerificationResult.Failed)
            return (false, account);

        await attempts.ClearAsync(attempt, cancellationToken);
        if (result == PasswordVerificationResult.SuccessRehashNeeded)
            await accounts.RenewHashAsync(account.Id, account.PasswordHash!, await passwords.HashAsync(password!, cancellationToken), cancellationToken);
        return (true, account);
    }

    /// <summary>Changes the password of a signed-in user, who gives the present one again.</summary>
    /// <param name="caller">Who they are.</param>
    /// <param name="present">The present password.</param>
    /// <param name="next">The new one.</param>
    /// <param name="revokeKeys">API keys end as well; else they go on, whoever knows them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The account as it is then, and how many keys go on.</returns>
    public async Task<Entry> ChangePasswordAsync(Caller caller, string? present, string? next, bool revokeKeys, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(caller.Id, cancellationToken) ?? throw OpenAIException.NotFound("user");
        if (account.Email is null)
            throw OpenAIException.Conflict("This account has no password.", "no_password");
        await ProveAsync(caller, account, present, "The present password is wrong.", cancellationToken);
        passwords.Check(next, account.Email);
        var hash = await passwords.HashAsync(next!, cancellationToken);
        if (revokeKeys)
        {
            await keys.RevokeAllAsync(account.Id, cancellationToken);
            directory.End(new Revocation(RevocationKind.AllKeys, account.Id));
        }

        await accounts.ChangePasswordAsync(account.Id, hash, cancellationToken);
        directory.End(new Revocation(RevocationKind.AllSessions, account.Id));
        await audit.WriteAsync("account.password_changed", account.Id, account.Id, new { revokeKeys });
        return new Entry((await accounts.FindAsync(account.Id, cancellationToken))!) { KeysKept = await keys.CountAsync(account.Id, cancellationToken) };
    }

    /// <summary>A signed-in user shows that they know their password.</summary>
    /// <exception cref="OpenAIException">They do not, or have to wait.</exception>
    public async Task ProveAsync(Caller caller, Account account, string? password, string refusal, CancellationToken cancellationToken)
    {
        var attempt = new SignInTry(account.Email!, $"session {caller.SessionId}", IsKnown: true);
        await attempts.BeginAsync(attempt, cancellationToken);
        if (await passwords.VerifyAsync(account.PasswordHash, password, cancellationToken) == PasswordVerificationResult.Failed)
            throw OpenAIException.Forbidden(refusal, "wrong_credentials");
        await attempts.ClearAsync(attempt, cancellationToken);
    }
}
