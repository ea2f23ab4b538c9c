using Dapper;
using Npgsql;

namespace ChatApp.Api.Sessions;

/// <summary>Sessions and the families of refresh tokens behind them.</summary>
internal sealed class SessionStore(NpgsqlDataSource dataSource, TimeProvider time)
{
    public async Task<bool> IsOpenAsync(Guid userId, Guid sessionId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition("""
            SELECT EXISTS (SELECT 1 FROM identity.sessions WHERE id = @sessionId AND user_id = @userId AND revoked_at IS NULL)
            """, new { sessionId, userId }, cancellationToken: cancellationToken));
    }

    /// <param name="securityVersion">The account's, as it was when its password was checked.</param>
    /// <returns>The session; null when the account has been changed or removed since.</returns>
    public async Task<Guid?> OpenAsync(
        Guid userId, int securityVersion, byte[] refreshHash, DateTimeOffset expiresAt, string? userAgent, string? address, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var opened = await connection.ExecuteAsync(new CommandDefinition("""
            WITH holder AS (
                SELECT id FROM identity.users WHERE id = @userId AND security_version = @securityVersion AND deleted_at IS NULL FOR SHARE),
            session AS (
                INSERT INTO identity.sessions (id, user_id, user_agent, address, created_at, last_used_at, expires_at)
                SELECT @id, id, @userAgent, @address, @now, @now, @expiresAt FROM holder RETURNING id)
            INSERT INTO identity.refresh_tokens (hash, session_id, issued_at, expires_at) SELECT @refreshHash, id, @now, @expiresAt FROM session
            """, new { id, userId, securityVersion, userAgent, address, refreshHash, expiresAt, now = time.GetUtcNow() }, cancellationToken: cancellationToken));
        return opened > 0 ? id : null;
    }

    /// <summary>Trades a refresh token for the next one of its family. A token that was traded before ends the family.</summary>
    public async Task<RefreshOutcome> RotateAsync(byte[] hash, byte[] nextHash, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var taken = await connection.QuerySingleOrDefaultAsync<SessionRow>(Command("""
            UPDATE identity.refresh_tokens t SET used_at = @now
            FROM identity.sessions s
            WHERE t.hash = @hash AND t.used_at IS NULL AND t.expires_at > @now AND s.id = t.session_id AND s.revoked_at IS NULL
            RETURNING s.id, s.user_id
            """));
        if (taken is not null)
        {
            await connection.ExecuteAsync(Command("""
                INSERT INTO identity.refresh_tokens (hash, session_id, issued_at, expires_at) VALUES (@nextHash, @id, @now, @expiresAt);
                UPDATE identity.sessions SET last_used_at = @now, expires_at = @expiresAt WHERE id = @id
                """, taken.Id));
            await transaction.CommitAsync(cancellationToken);
            return new RefreshOutcome(taken.UserId, taken.Id, Replayed: false);
        }

        var replayed = await connection.QuerySingleOrDefaultAsync<SessionRow>(Command("""
            UPDATE identity.sessions s SET revoked_at = COALESCE(s.revoked_at, @now), revoked_why = COALESCE(s.revoked_why, 'refresh_token_replayed')
            FROM identity.refresh_tokens t
            WHERE t.hash = @hash AND t.used_at IS NOT NULL AND s.id = t.session_id
            RETURNING s.id, s.user_id
            """));
        await transaction.CommitAsync(cancellationToken);
        return replayed is null ? default : new RefreshOutcome(replayed.UserId, replayed.Id, Replayed: true);

        CommandDefinition Command(string sql, Guid? id = null) =>
            new(sql, new { hash, nextHash, now, expiresAt, id }, transaction, cancellationToken: cancellationToken);
    }

    /// <summary>Whether anyone was ever signed in as a user; sessions are known for a month after their end.</summary>
    public async Task<bool> HasAnyAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT EXISTS (SELECT 1 FROM identity.sessions WHERE user_id = @userId)", new { userId }, cancellationToken: cancellationToken));
    }

    public async Task<IReadOnlyList<SessionRow>> ListAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<SessionRow>(new CommandDefinition("""
            SELECT id, user_id, user_agent, address, created_at, last_used_at FROM identity.sessions
            WHERE user_id = @userId AND revoked_at IS NULL AND expires_at > @now ORDER BY last_used_at DESC LIMIT 200
            """, new { userId, now = time.GetUtcNow() }, cancellationToken: cancellationToken))];
    }

    /// <returns>False when the user has no such open session.</returns>
    public async Task<bool> RevokeAsync(Guid userId, Guid sessionId, string why, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition("""
            UPDATE identity.sessions SET revoked_at = @now, revoked_why = @why WHERE id = @sessionId AND user_id = @userId AND revoked_at IS NULL
            """, new { sessionId, userId, why, now = time.GetUtcNow() }, cancellationToken: cancellationToken)) > 0;
    }

    /// <summary>Ends every session of the user and every access token that is still about.</summary>
    public async Task RevokeAllAsync(Guid userId, string why, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // Two statements: the second sees what was opened while the first waited.
        await connection.ExecuteAsync(new CommandDefinition("""
            UPDATE identity.users SET security_version = security_version + 1 WHERE id = @userId;
            UPDATE identity.sessions SET revoked_at = @now, revoked_why = @why WHERE user_id = @userId AND revoked_at IS NULL
            """, new { userId, why, now = time.GetUtcNow() }, cancellationToken: cancellationToken));
    }

    /// <summary>Drops what can no longer be used: expired tokens, and sessions a month after their end.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("""
            DELETE FROM identity.refresh_tokens WHERE expires_at < @now;
            DELETE FROM identity.sessions WHERE expires_at < @now - interval '30 days' OR revoked_at < @now - interval '30 days';
            DELETE FROM identity.charges WHERE at < @now - interval '30 days';
            DELETE FROM identity.holds WHERE until < @now;
            DELETE FROM identity.sign_in_attempts WHERE last_at < @now - interval '1 day' AND locked_until < @now;
            """, new { now = time.GetUtcNow() }, cancellationToken: cancellationToken));
    }
}

/// <summary>What became of a refresh token: whose session it continues, or whose it ended; no user when it is unknown.</summary>
internal readonly record struct RefreshOutcome(Guid? UserId, Guid SessionId, bool Replayed);

/// <summary>A row of <c>identity.sessions</c>.</summary>
internal sealed record SessionRow
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public string? UserAgent { get; init; }

    public string? Address { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime LastUsedAt { get; init; }
}
