using ChatApp.ServiceDefaults.Storage;
using Dapper;
using Npgsql;

namespace ChatApp.Orchestrator.Storage;

/// <summary>Statements on behalf of one user; see <see cref="OwnedDatabase"/>.</summary>
internal sealed class OwnerSession(NpgsqlDataSource dataSource, string owner, TimeProvider time)
{
    /// <summary>How long a database that restarts is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public string Owner { get; } = owner;

    /// <summary>Reads, again if need be.</summary>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        TransientFailures.RetryAsync<IReadOnlyList<T>>(time, Patience, async token =>
        {
            await using var connection = await dataSource.OpenConnectionAsync(token);
            return [.. await connection.QueryAsync<T>(OwnedCommand.Create(Owner, sql, parameters, null, token))];
        }, cancellationToken);

    /// <summary>Reads, again if need be; a statement that writes must mean the same when it is repeated.</summary>
    public Task<T?> FirstOrDefaultAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        TransientFailures.RetryAsync(time, Patience, async token =>
        {
            await using var connection = await dataSource.OpenConnectionAsync(token);
            return await connection.QueryFirstOrDefaultAsync<T?>(OwnedCommand.Create(Owner, sql, parameters, null, token));
        }, cancellationToken);

    /// <summary>Runs two statements as one transaction in one round trip, again if need be: repeated they must mean the same.</summary>
    /// <returns>What the second one gives.</returns>
    public Task<T?> SecondOrDefaultAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        TransientFailures.RetryAsync(time, Patience, async token =>
        {
            await using var connection = await dataSource.OpenConnectionAsync(token);
            await using var results = await connection.QueryMultipleAsync(OwnedCommand.Create(Owner, sql, parameters, null, token));
            await results.ReadAsync();
            return await results.ReadFirstOrDefaultAsync<T?>();
        }, cancellationToken);

    /// <summary>Writes, once.</summary>
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
