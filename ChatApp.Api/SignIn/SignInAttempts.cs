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
/// Counts tries per e-mail address, known or not, and makes the wait between them grow. A try counts as failed from
/// its beginning until it succeeds, so that guesses sent in parallel get no free rounds.
/// </summary>
internal sealed class SignInAttempts(NpgsqlDataSource dataSource, IOptions<AccountsOptions> options, TimeProvider time)
{
    /// <exception cref="OpenAIException">The address has to wait.</exception>
    public async Task BeginAsync(string email, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var parameters = new
        {
            subject = Subject(email),
            now,
            free = options.Value.FreeSignInFailures,
            longest = options.Value.LongestLockoutSeconds,
        };
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
            """, parameters, cancellationToken: cancellationToken));
        if (counted > 0)
            return;

        var until = await connection.ExecuteScalarAsync<DateTime?>(new CommandDefinition(
            "SELECT locked_until FROM identity.sign_in_attempts WHERE subject = @subject", parameters, cancellationToken: cancellationToken));
        throw OpenAIException.TooMany(
            "Too many tries with this e-mail address; wait before the next one.", "sign_in_locked", (until ?? now.UtcDateTime) - now.UtcDateTime);
    }

    /// <summary>The password was right: the count starts over.</summary>
    public async Task ClearAsync(string email, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM identity.sign_in_attempts WHERE subject = @subject", new { subject = Subject(email) }, cancellationToken: cancellationToken));
    }

    private static byte[] Subject(string email) => SHA256.HashData(Encoding.UTF8.GetBytes(email));
}
