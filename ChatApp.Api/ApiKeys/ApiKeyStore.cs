using Dapper;
using Npgsql;

namespace ChatApp.Api.ApiKeys;

/// <summary>API keys by their hash.</summary>
internal sealed class ApiKeyStore(NpgsqlDataSource dataSource, TimeProvider time)
{
    private const string Columns = "id, user_id, name, prefix, scopes, created_at, expires_at, last_used_at";

    /// <returns>False when the user has as many keys as one user may have.</returns>
    public async Task<bool> AddAsync(ApiKeyRow key, byte[] hash, int most, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition("""
            INSERT INTO identity.api_keys (id, user_id, name, hash, prefix, scopes, created_at, expires_at)
            SELECT @Id, @UserId, @Name, @hash, @Prefix, @Scopes, @CreatedAt, @ExpiresAt
            WHERE (SELECT count(*) FROM identity.api_keys WHERE user_id = @UserId AND revoked_at IS NULL) < @most
            """, new { key.Id, key.UserId, key.Name, hash, key.Prefix, key.Scopes, key.CreatedAt, key.ExpiresAt, most }, cancellationToken: cancellationToken)) > 0;
    }

    /// <summary>The key behind a hash, when it may be used now; notes the use, at most once a minute.</summary>
    public async Task<ApiKeyRow?> UseAsync(byte[] hash, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var key = await connection.QuerySingleOrDefaultAsync<ApiKeyRow>(new CommandDefinition($"""
            SELECT {Columns} FROM identity.api_keys
            WHERE hash = @hash AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @now)
            """, new { hash, now }, cancellationToken: cancellationToken));
        if (key is not null && (key.LastUsedAt is null || key.LastUsedAt < now.UtcDateTime.AddMinutes(-1)))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE identity.api_keys SET last_used_at = @now WHERE id = @Id AND user_id = @UserId", new { key.Id, key.UserId, now }, cancellationToken: cancellationToken));
        }

        return key;
    }

    public async Task<IReadOnlyList<ApiKeyRow>> ListAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<ApiKeyRow>(new CommandDefinition($"""
            SELECT {Columns} FROM identity.api_keys WHERE user_id = @userId AND revoked_at IS NULL ORDER BY created_at DESC
            """, new { userId }, cancellationToken: cancellationToken))];
    }

    /// <summary>How many keys of a user could be used now.</summary>
    public async Task<int> CountAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition("""
            SELECT count(*) FROM identity.api_keys WHERE user_id = @userId AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @now)
            """, new { userId, now = time.GetUtcNow() }, cancellationToken: cancellationToken));
    }

    public async Task RevokeAllAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE identity.api_keys SET revoked_at = @now WHERE user_id = @userId AND revoked_at IS NULL", new { userId, now = time.GetUtcNow() }, cancellationToken: cancellationToken));
    }

    /// <summary>Gives all keys of a user to another, who they are from then on.</summary>
    public async Task MoveAsync(Guid userId, Guid to, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("UPDATE identity.api_keys SET user_id = @to WHERE user_id = @userId", new { userId, to }, cancellationToken: cancellationToken));
    }

    /// <returns>False when the user has no such key.</returns>
    public async Task<bool> RevokeAsync(Guid userId, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition("""
            UPDATE identity.api_keys SET revoked_at = @now WHERE id = @id AND user_id = @userId AND revoked_at IS NULL
            """, new { id, userId, now = time.GetUtcNow() }, cancellationToken: cancellationToken)) > 0;
    }
}

/// <summary>A row of <c>identity.api_keys</c>, without its hash.</summary>
internal sealed record ApiKeyRow
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public required string Name { get; init; }

    public required string Prefix { get; init; }

    public required string[] Scopes { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime? ExpiresAt { get; init; }

    public DateTime? LastUsedAt { get; init; }
}
