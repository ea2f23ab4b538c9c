using Npgsql;

namespace ChatApp.Hosting.Postgres;

internal static class PostgresConnections
{
    /// <summary>A connection outside of any pool, so that the AppHost holds no server process while it asks nothing.</summary>
    public static async Task<NpgsqlConnection> OpenAsync(IResourceWithConnectionString resource, CancellationToken cancellationToken)
    {
        var given = await resource.GetConnectionStringAsync(cancellationToken);
        var settings = new NpgsqlConnectionStringBuilder(given) { Pooling = false, Timeout = 5, CommandTimeout = 30, ApplicationName = "apphost" };
        settings.Database ??= "postgres";
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
