using ChatApp.Api.Accounts;
using ChatApp.Api.Audit;
using ChatApp.Api.Errors;
using ChatApp.Contracts.OpenAI;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Api.SignIn;

/// <summary>Sign-in by e-mail address and password: one answer, after the same work, whatever was wrong.</summary>
internal sealed class PasswordSignIn(AccountStore accounts, Passwords passwords, SignInAttempts attempts, AuditLog audit)
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
    public async Task ChangePasswordAsync(Account account, string? present, string? next, CancellationToken cancellationToken)
    {
        if (account.Email is null)
            throw OpenAIException.Conflict("This account has no password.", "no_password");
        await attempts.BeginAsync(account.Email, cancellationToken);
        if (await passwords.VerifyAsync(account.PasswordHash, present, cancellationToken) == PasswordVerificationResult.Failed)
            throw OpenAIException.Forbidden("The present password is wrong.", "wrong_credentials");
        await attempts.ClearAsync(account.Email, cancellationToken);
        passwords.Check(next, account.Email);
        await accounts.ChangePasswordAsync(account.Id, await passwords.HashAsync(next!, cancellationToken), cancellationToken);
        await audit.WriteAsync("account.password_changed", account.Id, account.Id, null);
    }
}
