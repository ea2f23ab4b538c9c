using Dapper;
using Npgsql;

namespace ChatApp.Orchestrator.Storage;

/// <summary>Statements on behalf of one user; see <see cref="OwnedDatabase"/>.</summary>
public sealed class OwnerSession(NpgsqlDataSource dataSource, string owner)
{
    public string Owner { get; } = owner;

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<T>(OwnedCommand.Create(Owner, sql, parameters, null, cancellationToken))];
    }

    public async Task<T?> FirstOrDefaultAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QueryFirstOrDefaultAsync<T>(OwnedCommand.Create(Owner, sql, parameters, null, cancellationToken));
    }

    /// <returns>The number of rows changed.</returns>
    public async Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(OwnedCommand.Create(Owner, sql, parameters, null, cancellationToken));
    }

    /// <summary>Several statements that hold together; nothing remains of them unless committed.</summary>
    public async Task<OwnerTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            return new OwnerTransaction(Owner, connection, await connection.BeginTransactionAsync(cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
