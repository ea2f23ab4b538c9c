using System.Collections.Concurrent;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ChatApp.Tests.Api.Accounts;

/// <summary>Identity's hasher, and what it was asked to do.</summary>
public sealed class CountingHasher : IPasswordHasher<object>
{
    private readonly PasswordHasher<object> _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = 1000 }));

    public ConcurrentQueue<string> Verified { get; } = [];

    /// <summary>What happens while a password is verified.</summary>
    public Action Meanwhile { get; set; } = () => { };

    /// <summary>How many passwords were hashed.</summary>
    public int Hashed => _hashed;

    private int _hashed;

    public string HashPassword(object user, string password)
    {
        Interlocked.Increment(ref _hashed);
        return _hasher.HashPassword(user, password);
    }

    public PasswordVerificationResult VerifyHashedPassword(object user, string hashedPassword, string providedPassword)
    {
        Verified.Enqueue(providedPassword);
        Meanwhile();
        return _hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);
    }
}
