using Dapper;
using Npgsql;

namespace ChatApp.Orchestrator.Storage;

/// <summary>A transaction on behalf of one user; see <see cref="OwnedDatabase"/>.</summary>
internal sealed class OwnerTransaction : IAsyncDisposable
{
    private readonly string _owner;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    internal OwnerTransaction(string owner, NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (_owner, _connection, _transaction) = (owner, connection, transaction);

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        [.. await _connection.QueryAsync<T>(OwnedCommand.Create(_owner, sql, parameters, _transaction, cancellationToken))];

    public Task<T?> FirstOrDefaultAsync<T>(string sql, object? parameters, CancellationToken cancellationToken) =>
        _connection.QueryFirstOrDefaultAsync<T?>(OwnedCommand.Create(_owner, sql, parameters, _transaction, cancellationToken));

    /// <summary>Several statements in one round trip; each sees what was committed when it began.</summary>
    public Task<SqlMapper.GridReader> QueryManyAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        _connection.QueryMultipleAsync(OwnedCommand.Create(_owner, sql, parameters, _transaction, cancellationToken));

    /// <returns>The number of rows changed.</returns>
    public Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        _connection.ExecuteAsync(OwnedCommand.Create(_owner, sql, parameters, _transaction, cancellationToken));

    /// <summary>A statement about what is nobody's, such as the bytes that files of several people share.</summary>
    /// <returns>The number of rows changed.</returns>
    public Task<int> ExecuteSharedAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        _connection.ExecuteAsync(new CommandDefinition(sql, parameters, _transaction, cancellationToken: cancellationToken));

    public Task CommitAsync(CancellationToken cancellationToken) => _transaction.CommitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
