using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Dapper;
using Npgsql;

namespace ChatApp.Api.SignIn;

/// <summary>
/// Hands a finished sign-in over to the server of the page that began it, as OAuth's code flow does: the browser carries a
/// code that is good once and only together with what that server kept to itself.
/// </summary>
internal sealed partial class HandOvers(NpgsqlDataSource dataSource, TimeProvider time)
{
    /// <summary>How the code of a link begins. No other does: a page that takes links up takes up nothing else.</summary>
    private const string LinkPrefix = "link.";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LinkLifetime = TimeSpan.FromMinutes(15);

    public static bool IsChallenge(string text) => Challenge().IsMatch(text);

    /// <returns>The code, which is stored only as a hash.</returns>
    public async Task<string> CreateAsync(Guid userId, string challenge, CancellationToken cancellationToken)
    {
        var code = NewCode();
        await AddAsync(code, userId, challenge, Lifetime, cancellationToken);
        return code;
    }

    /// <summary>A link, for somebody who began no sign-in: whoever has it needs nothing else.</summary>
    /// <returns>The code, which is its own verifier.</returns>
    public async Task<string> CreateLinkAsync(Guid userId, CancellationToken cancellationToken)
    {
        var code = LinkPrefix + NewCode();
        await AddAsync(code, userId, Base64Url.EncodeToString(Hash(code)), LinkLifetime, cancellationToken);
        return code;
    }

    private async Task AddAsync(string code, Guid userId, string challenge, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("""
            DELETE FROM identity.hand_overs WHERE expires_at < @now;
            INSERT INTO identity.hand_overs (hash, user_id, challenge, expires_at) VALUES (@hash, @userId, @challenge, @expires)
            """, new { hash = Hash(code), userId, challenge, now = time.GetUtcNow(), expires = time.GetUtcNow() + lifetime }, cancellationToken: cancellationToken));
    }

    /// <summary>Takes up a sign-in; whatever comes of it, the code is used up.</summary>
    /// <returns>Who signed in; null when the code is not good.</returns>
    public async Task<Guid?> TakeAsync(string code, string verifier, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var taken = await connection.QuerySingleOrDefaultAsync<(Guid UserId, string Challenge)?>(new CommandDefinition("""
            WITH taken AS (DELETE FROM identity.hand_overs WHERE hash = @hash RETURNING user_id, challenge, expires_at)
            SELECT user_id, challenge FROM taken WHERE expires_at >= @now
            """, new { hash = Hash(code), now = time.GetUtcNow() }, cancellationToken: cancellationToken));
        return taken is { } found && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(found.Challenge), Encoding.ASCII.GetBytes(Base64Url.EncodeToString(Hash(verifier))))
            ? found.UserId
            : null;
    }

    private static string NewCode() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    [GeneratedRegex("^[A-Za-z0-9_-]{43}$")]
    private static partial Regex Challenge();
}
