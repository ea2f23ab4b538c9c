using Dapper;
using Npgsql;

namespace ChatApp.Api.Accounts;

/// <summary>The users of the product.</summary>
internal sealed class AccountStore(NpgsqlDataSource dataSource, TimeProvider time)
{
    private const string Columns =
        "u.id, u.kind, u.email, u.password_hash, u.display_name, u.role, u.plan, u.security_version, u.banned_until, u.created_at, u.deleted_at";

    /// <summary>Serialises the sign-ups of a product whose first account becomes its administrator.</summary>
    private const long FirstUserLock = 0x66_69_72_73_74;

    private const string AnyAccount = "SELECT EXISTS (SELECT 1 FROM identity.users WHERE kind = 'account')";

    /// <summary>Whether anyone ever made an account.</summary>
    public async Task<bool> HasAccountsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(AnyAccount, cancellationToken: cancellationToken));
    }

    public async Task<Account?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Account>(new CommandDefinition(
            $"SELECT {Columns} FROM identity.users u WHERE u.id = @id AND u.deleted_at IS NULL", new { id }, cancellationToken: cancellationToken));
    }

    public async Task<Account?> FindByEmailAsync(string email, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Account>(new CommandDefinition(
            $"SELECT {Columns} FROM identity.users u WHERE u.email = @email AND u.deleted_at IS NULL", new { email }, cancellationToken: cancellationToken));
    }

    /// <returns>The administrator who has been one for longest; null when there is none who may sign in.</returns>
    public async Task<Guid?> FindAdminAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition($"""
            SELECT id FROM identity.users
            WHERE kind = 'account' AND role = '{Account.Admin}' AND deleted_at IS NULL AND (banned_until IS NULL OR banned_until < @now)
            ORDER BY created_at, id LIMIT 1
            """, new { now = time.GetUtcNow() }, cancellationToken: cancellationToken));
    }

    /// <returns>The new guest's id.</returns>
    public async Task<Guid> AddGuestAsync(string plan, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        await ExecuteAsync("""
            INSERT INTO identity.users (id, kind, plan, created_at) VALUES (@id, 'guest', @plan, @now)
            """, new { id, plan, now = time.GetUtcNow() }, cancellationToken);
        return id;
    }

    /// <summary>Adds an account, or turns the guest <paramref name="guest"/> into one under the same id.</summary>
    /// <returns>The account's id; null when the address has an account already, or the guest is a guest no more.</returns>
    public async Task<Guid?> AddAccountAsync(NewAccount account, Guid? guest, bool firstIsAdmin, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var role = account.Role;
        if (firstIsAdmin)
        {
            await connection.ExecuteAsync(Command("SELECT pg_advisory_xact_lock(@FirstUserLock)", new { FirstUserLock }));
            if (!await connection.ExecuteScalarAsync<bool>(Command(AnyAccount)))
                role = Account.Admin;
        }

        var parameters = new
        {
            id = guest ?? Guid.CreateVersion7(time.GetUtcNow()),
            account.Email,
            account.PasswordHash,
            account.DisplayName,
            role,
            account.Plan,
            now = time.GetUtcNow(),
        };
        Guid? id;
        try
        {
            id = await connection.ExecuteScalarAsync<Guid?>(Command(guest is null
                ? """
                  INSERT INTO identity.users (id, kind, email, password_hash, display_name, role, plan, created_at)
                  VALUES (@id, 'account', @Email, @PasswordHash, @DisplayName, @role, @Plan, @now)
                  ON CONFLICT (email) DO NOTHING
                  RETURNING id
                  """
                : """
                  UPDATE identity.users
                  SET kind = 'account', email = @Email, password_hash = @PasswordHash, display_name = @DisplayName, role = @role, plan = @Plan
                  WHERE id = @id AND kind = 'guest' AND deleted_at IS NULL
                  RETURNING id
                  """, parameters));
            if (id is not null && account.Login is { } login)
            {
                await connection.ExecuteAsync(Command("""
                    INSERT INTO identity.external_logins (provider, subject, user_id, created_at) VALUES (@Provider, @Subject, @id, @now)
                    """, new { login.Provider, login.Subject, id, now = time.GetUtcNow() }));
            }
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return null;
        }

        await transaction.CommitAsync(cancellationToken);
        return id;

        CommandDefinition Command(string sql, object? values = null) => new(sql, values, transaction, cancellationToken: cancellationToken);
    }

    public async Task<Account?> FindByLoginAsync(ExternalLogin login, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Account>(new CommandDefinition($"""
            SELECT {Columns} FROM identity.external_logins l JOIN identity.users u ON u.id = l.user_id
            WHERE l.provider = @Provider AND l.subject = @Subject AND u.deleted_at IS NULL
            """, login, cancellationToken: cancellationToken));
    }

    /// <summary>Makes sure of the user that stands for everyone in a product that is used without sign-in.</summary>
    public Task AddLocalUserAsync(Guid id, string plan, CancellationToken cancellationToken) => ExecuteAsync("""
        INSERT INTO identity.users (id, kind, plan, created_at) VALUES (@id, 'local', @plan, @now)
        ON CONFLICT (id) DO UPDATE SET plan = EXCLUDED.plan
        """, new { id, plan, now = time.GetUtcNow() }, cancellationToken);

    /// <summary>Renews a hash whose parameters have aged, unless the password has changed since; nothing else changes.</summary>
    public Task RenewHashAsync(Guid id, string aged, string hash, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE identity.users SET password_hash = @hash WHERE id = @id AND password_hash = @aged AND deleted_at IS NULL", new { id, aged, hash }, cancellationToken);

    /// <summary>Sets a new password and ends every session and token that the old one opened, those included that are being opened.</summary>
    public Task ChangePasswordAsync(Guid id, string hash, CancellationToken cancellationToken) => ExecuteAsync("""
        UPDATE identity.users SET password_hash = @hash, security_version = security_version + 1 WHERE id = @id AND deleted_at IS NULL;
        UPDATE identity.sessions SET revoked_at = @now, revoked_why = 'password_changed' WHERE user_id = @id AND revoked_at IS NULL
        """, new { id, hash, now = time.GetUtcNow() }, cancellationToken);

    public Task RenameAsync(Guid id, string? displayName, CancellationToken cancellationToken) =>
        ExecuteAsync("UPDATE identity.users SET display_name = @displayName WHERE id = @id AND deleted_at IS NULL", new { id, displayName }, cancellationToken);

    /// <summary>Leaves a tombstone without a name, an address or a password; sessions and keys go.</summary>
    public Task DeleteAsync(Guid id, CancellationToken cancellationToken) => ExecuteAsync("""
        WITH gone AS (
            UPDATE identity.users
            SET deleted_at = @now, email = NULL, password_hash = NULL, display_name = NULL, role = 'user', security_version = security_version + 1
            WHERE id = @id AND deleted_at IS NULL RETURNING id),
        sessions AS (DELETE FROM identity.sessions USING gone WHERE user_id = gone.id),
        logins AS (DELETE FROM identity.external_logins USING gone WHERE user_id = gone.id)
        DELETE FROM identity.api_keys USING gone WHERE user_id = gone.id
        """, new { id, now = time.GetUtcNow() }, cancellationToken);

    /// <summary>Guests without a session that could still be continued, and without a key; the oldest first, from the one after <paramref name="after"/>.</summary>
    public async Task<IReadOnlyList<Account>> UnreachableGuestsAsync(Guid after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<Account>(new CommandDefinition($"""
            SELECT {Columns} FROM identity.users u
            WHERE u.kind = 'guest' AND u.deleted_at IS NULL AND u.id > @after AND u.created_at < @now - interval '1 hour'
              AND NOT EXISTS (SELECT 1 FROM identity.sessions s WHERE s.user_id = u.id AND s.revoked_at IS NULL AND s.expires_at > @now)
              AND NOT EXISTS (SELECT 1 FROM identity.api_keys k WHERE k.user_id = u.id AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > @now))
            ORDER BY u.id LIMIT @limit
            """, new { after, limit, now = time.GetUtcNow() }, cancellationToken: cancellationToken))];
    }

    /// <summary>Everyone for the administrator, newest first.</summary>
    public async Task<IReadOnlyList<Account>> ListAsync(string? query, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<Account>(new CommandDefinition($"""
            SELECT {Columns} FROM identity.users u
            WHERE u.deleted_at IS NULL
              AND (@before::uuid IS NULL OR u.id < @before)
              AND (@query::text IS NULL OR strpos(u.email, lower(@query)) > 0 OR strpos(lower(u.display_name), lower(@query)) > 0)
            ORDER BY u.id DESC LIMIT @limit
            """, new { query, before, limit }, cancellationToken: cancellationToken))];
    }

    /// <summary>Changes what only an administrator may change; null leaves a value as it is.</summary>
    /// <returns>False when there is no such user.</returns>
    public async Task<bool> AdministerAsync(Guid id, string? role, string? plan, DateTimeOffset? bannedUntil, bool unban, CancellationToken cancellationToken) =>
        await ExecuteAsync("""
            UPDATE identity.users
            SET role = COALESCE(@role, role), plan = COALESCE(@plan, plan),
                banned_until = CASE WHEN @unban THEN NULL ELSE COALESCE(@bannedUntil::timestamptz, banned_until) END
            WHERE id = @id AND deleted_at IS NULL
            """, new { id, role, plan, bannedUntil, unban }, cancellationToken) > 0;

    private async Task<int> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }
}
