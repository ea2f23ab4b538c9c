using Npgsql;

namespace ChatApp.Orchestrator.Storage;

/// <summary>
/// A connection that is kept, for one caller at a time who must not wait for the pool's behind a thousand others. One that
/// broke is replaced with the next use.
/// </summary>
internal sealed class OwnConnection(NpgsqlDataSource dataSource) : IAsyncDisposable
{
    private NpgsqlConnection? _connection;

    public async Task<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        var connection = _connection ??= await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            return await work(connection);
        }
        catch
        {
            _connection = null;
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
    }
}
