using ChatApp.Api.Accounts;
using ChatApp.Api.Audit;
using ChatApp.Api.Errors;
using ChatApp.Api.Revocations;
using ChatApp.Api.Sessions;
using ChatApp.Contracts.OpenAI;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Api.SignIn;

/// <summary>Sign-in by e-mail address and password: one answer, after the same work, whatever was wrong.</summary>
internal sealed class PasswordSignIn(AccountStore accounts, AccountDirectory directory, Passwords passwords, SignInAttempts attempts, AuditLog audit)
{
    /// <exception cref="OpenAIException">Address or password is wrong, or the address has to wait.</exception>
    public async Task<Account> SignInAsync(string? email, string? password, CancellationToken cancellationToken)
    {
        var address = EmailAddress.Canonical(email);
        await attempts.BeginAsync(address, cancellationToken);
        var account = await accounts.FindByEmailAsync(address, cancellationToken);
        var result = await passwords.VerifyAsync(account?.PasswordHash, password, cancellationToken);
        if (account is null || result == PasswordVerificationResult.Failed)
        {
            await audit.WriteAsync("sign_in.failed", null, account?.Id, null);
            throw OpenAIException.Unauthenticated("The e-mail address or the password is wrong.", "wrong_credentials");
        }

        await attempts.ClearAsync(address, cancellationToken);
        if (result == PasswordVerificationResult.SuccessRehashNeeded)
            await accounts.RenewHashAsync(account.Id, account.PasswordHash!, await passwords.HashAsync(password!, cancellationToken), cancellationToken);
        return account;
    }

    /// <summary>Changes the password of a signed-in user, who gives the present one again.</summary>
    /// <returns>The account as it is then.</returns>
    public async Task<Account> ChangePasswordAsync(Guid userId, string? present, string? next, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(userId, cancellationToken) ?? throw OpenAIException.NotFound("user");
        if (account.Email is null)
            throw OpenAIException.Conflict("This account has no password.", "no_password");
        await ProveAsync(account, account.Email, present, "The present password is wrong.", cancellationToken);
        passwords.Check(next, account.Email);
        await accounts.ChangePasswordAsync(account.Id, await passwords.HashAsync(next!, cancellationToken), cancellationToken);
        await audit.WriteAsync("account.password_changed", account.Id, account.Id, null);
        directory.End(new Revocation(RevocationKind.AllSessions, userId));
        return (await accounts.FindAsync(userId, cancellationToken))!;
    }

    /// <summary>A signed-in user shows that they know their password.</summary>
    /// <exception cref="OpenAIException">They do not, or the address has to wait.</exception>
    public async Task ProveAsync(Account account, string email, string? password, string refusal, CancellationToken cancellationToken)
    {
        await attempts.BeginAsync(email, cancellationToken);
        if (await passwords.VerifyAsync(account.PasswordHash, password, cancellationToken) == PasswordVerificationResult.Failed)
            throw OpenAIException.Forbidden(refusal, "wrong_credentials");
        await attempts.ClearAsync(email, cancellationToken);
    }
}
