using System.Security.Cryptography;
using System.Text;
using ChatApp.Api.Accounts;
using ChatApp.Api.Errors;
using ChatApp.Contracts.OpenAI;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatApp.Api.SignIn;

/// <summary>
/// Counts tries per e-mail address, known or not, and source, and makes the wait between them grow: nobody locks an address for
/// somebody else. Guesses from many sources are counted together as well, past many more of them, for sources that are not known
/// to be the owner's. A try counts as failed from its beginning until it succeeds, so that guesses sent in parallel get no free rounds.
/// </summary>
internal sealed class SignInAttempts(NpgsqlDataSource dataSource, IOptions<AccountsOptions> options, TimeProvider time)
{
    private const string SignUps = "sign-up";

    /// <exception cref="OpenAIException">The source, or the address, has to wait.</exception>
    public async Task BeginAsync(SignInTry attempt, CancellationToken cancellationToken)
    {
        await CountAsync(Subject(attempt.Email, attempt.Source), options.Value.FreeSignInFailures, cancellationToken);
        if (!attempt.IsKnown)
            await CountAsync(Subject(attempt.Email), options.Value.FreeAddressFailures, cancellationToken);
    }

    /// <summary>The password was right: the counts start over.</summary>
    public async Task ClearAsync(SignInTry attempt, CancellationToken cancellationToken)
    {
        byte[][] subjects = attempt.IsKnown ? [Subject(attempt.Email, attempt.Source)] : [Subject(attempt.Email, attempt.Source), Subject(attempt.Email)];
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM identity.sign_in_attempts WHERE subject = ANY(@subjects)", new { subjects }, cancellationToken: cancellationToken));
    }

    /// <summary>Sign-ups of a source that met addresses with an account: whoever tries out which there are has to wait as well.</summary>
    /// <exception cref="OpenAIException">The source has to wait.</exception>
    public async Task CheckSignUpsAsync(string source, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (await LockedUntilAsync(connection, Subject(SignUps, source), cancellationToken) is { } until && until > now.UtcDateTime)
            throw Locked(until, now);
    }

    public async Task CountSignUpAsync(string source, CancellationToken cancellationToken)
    {
        try
        {
            await CountAsync(Subject(SignUps, source), options.Value.FreeSignInFailures, cancellationToken);
        }
        catch (OpenAIException)
        {
            // Locked by others at the same time; this one is answered as they were.
        }
    }

    private async Task CountAsync(byte[] subject, int free, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var counted = await connection.ExecuteAsync(new CommandDefinition("""
            INSERT INTO identity.sign_in_attempts AS a (subject, failures, last_at, locked_until)
            VALUES (@subject, 1, @now, @now)
            ON CONFLICT (subject) DO UPDATE SET
                failures = CASE WHEN a.last_at < @now - interval '1 day' THEN 1 ELSE a.failures + 1 END,
                last_at = @now,
                locked_until = CASE
                    WHEN a.last_at < @now - interval '1 day' OR a.failures + 1 < @free THEN @now
                    ELSE @now + make_interval(secs => LEAST(@longest, power(2, LEAST(a.failures + 1 - @free, 20))))
                END
            WHERE a.locked_until <= @now
            """, new { subject, now, free, longest = options.Value.LongestLockoutSeconds }, cancellationToken: cancellationToken));
        if (counted == 0)
            throw Locked(await LockedUntilAsync(connection, subject, cancellationToken) ?? now.UtcDateTime, now);
    }

    // On the connection that the caller has: who holds one and waits for another can wait for ever.
    private static Task<DateTime?> LockedUntilAsync(NpgsqlConnection connection, byte[] subject, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<DateTime?>(new CommandDefinition(
            "SELECT locked_until FROM identity.sign_in_attempts WHERE subject = @subject", new { subject }, cancellationToken: cancellationToken));

    private static OpenAIException Locked(DateTime until, DateTimeOffset now) =>
        OpenAIException.TooMany("Too many tries from here; wait before the next one.", "sign_in_locked", until - now.UtcDateTime);

    private static byte[] Subject(string email, string? source = null) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(source is null ? email : $"{email}\n{source}"));
}

/// <summary>A password that is given for an address.</summary>
/// <param name="Email">The address.</param>
/// <param name="Source">Where from: a network address, or a device or session that is known to be the owner's.</param>
/// <param name="IsKnown">It is known.</param>
internal sealed record SignInTry(string Email, string Source, bool IsKnown);
