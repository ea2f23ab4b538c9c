using Dapper;
using Npgsql;

namespace ChatApp.Api.SigningKeys;

/// <summary>The keys that sign access tokens, shared by all replicas.</summary>
internal sealed class SigningKeyStore(NpgsqlDataSource dataSource, TimeProvider time)
{
    private const long RotationLock = 0x6b_65_79_73;

    public async Task<IReadOnlyList<SigningKeyRow>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, null, cancellationToken);
    }

    /// <summary>
    /// Adds a key unless another replica was faster: <paramref name="make"/> is asked under a lock, with the keys as they are.
    /// </summary>
    public async Task<IReadOnlyList<SigningKeyRow>> AddAsync(Func<IReadOnlyList<SigningKeyRow>, SigningKeyRow?> make, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("SELECT pg_advisory_xact_lock(@RotationLock)", new { RotationLock }, transaction, cancellationToken: cancellationToken));
        if (make(await ReadAsync(connection, transaction, cancellationToken)) is { } key)
        {
            await connection.ExecuteAsync(new CommandDefinition("""
                DELETE FROM identity.signing_keys WHERE expires_at < @CreatedAt;
                INSERT INTO identity.signing_keys (id, algorithm, public_x, public_y, sealed, created_at, retires_at, expires_at)
                VALUES (@Id, @Algorithm, @PublicX, @PublicY, @Sealed, @CreatedAt, @RetiresAt, @ExpiresAt)
                """, key, transaction, cancellationToken: cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
        return await ReadAsync(connection, null, cancellationToken);
    }

    private async Task<IReadOnlyList<SigningKeyRow>> ReadAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<SigningKeyRow>(new CommandDefinition("""
            SELECT id, algorithm, public_x, public_y, sealed, created_at, retires_at, expires_at
            FROM identity.signing_keys WHERE expires_at > @now ORDER BY created_at DESC
            """, new { now = time.GetUtcNow() }, transaction, cancellationToken: cancellationToken))];
}

/// <summary>A row of <c>identity.signing_keys</c>.</summary>
internal sealed record SigningKeyRow
{
    public required string Id { get; init; }

    public required string Algorithm { get; init; }

    public required byte[] PublicX { get; init; }

    public required byte[] PublicY { get; init; }

    public required byte[] Sealed { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime RetiresAt { get; init; }

    public DateTime ExpiresAt { get; init; }
}
