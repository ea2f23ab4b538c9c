using ChatApp.Api.Errors;
using ChatApp.Contracts.OpenAI;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Accounts;

/// <summary>Hashes and checks passwords with ASP.NET Core Identity's hasher, as many at once as there are cores.</summary>
internal sealed class Passwords(IPasswordHasher<object> hasher, IOptions<AccountsOptions> options) : IDisposable
{
    private const int MaxLength = 256;

    private readonly AccountsOptions _options = options.Value;

    /// <summary>Hashing is slow on purpose; a flood of it must wait in line instead of starving every stream.</summary>
    private readonly SemaphoreSlim _cores = new(Math.Max(1, Environment.ProcessorCount - 1));

    private string? _decoy;

    /// <exception cref="OpenAIException">The password is too weak.</exception>
    public void Check(string? password, string? email)
    {
        if (password is null || password.Length < _options.PasswordMinLength)
            throw OpenAIException.Invalid($"'password' must have at least {_options.PasswordMinLength} characters.", "password", "weak_password");
        if (password.Length > MaxLength)
            throw OpenAIException.Invalid($"'password' must have at most {MaxLength} characters.", "password", "invalid_value");
        if (email is not null && password.Contains(email.Split('@')[0], StringComparison.OrdinalIgnoreCase) && email.Split('@')[0].Length > 3)
            throw OpenAIException.Invalid("'password' must not contain the e-mail address.", "password", "weak_password");
        if (PasswordStrength.WeaknessOf(password, email) is { } weakness)
            throw OpenAIException.Invalid($"'password' is too easy to guess ({weakness}). Put several words together that do not belong together, or take more signs.", "password", "weak_password");
    }

    public async Task<string> HashAsync(string password, CancellationToken cancellationToken)
    {
        await _cores.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => hasher.HashPassword(this, password), cancellationToken);
        }
        finally
        {
            _cores.Release();
        }
    }

    /// <summary>Checks a password; without a hash the work is the same and the answer is no.</summary>
    public async Task<PasswordVerificationResult> VerifyAsync(string? hash, string? password, CancellationToken cancellationToken)
    {
        var given = password is null || password.Length > MaxLength ? "" : password;
        var against = hash ?? (_decoy ??= await HashAsync(Guid.NewGuid().ToString(), cancellationToken));
        await _cores.WaitAsync(cancellationToken);
        try
        {
            var result = await Task.Run(() => hasher.VerifyHashedPassword(this, against, given), cancellationToken);
            return hash is null || given.Length == 0 ? PasswordVerificationResult.Failed : result;
        }
        finally
        {
            _cores.Release();
        }
    }

    public void Dispose() => _cores.Dispose();
}
