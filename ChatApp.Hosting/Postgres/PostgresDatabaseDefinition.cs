using ChatApp.Hosting.Running;
using Npgsql;

namespace ChatApp.Hosting.Postgres;

internal sealed class PostgresDatabaseDefinition : InnerResourceDefinition
{
    public override async Task EnsureCreatedAsync(IResource resource, CancellationToken cancellationToken)
    {
        var database = (PostgresDatabaseResource)resource;
        await using var connection = await PostgresConnections.OpenAsync(database.Parent, cancellationToken);
        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = database.DatabaseName } } };
        if (await exists.ExecuteScalarAsync(cancellationToken) is not null)
            return;

        var quoted = '"' + database.DatabaseName.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
        await using var create = new NpgsqlCommand($"CREATE DATABASE {quoted}", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }
}
