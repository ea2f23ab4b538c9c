using System.Reflection;
using DbUp;
using DbUp.Engine.Output;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChatApp.ServiceDefaults.Migrations;

/// <summary>
/// Brings one PostgreSQL schema up to date: the numbered scripts embedded in the service's assembly, each run once and in
/// a transaction. Replicas that start together take turns by an advisory lock named after the schema.
/// </summary>
public sealed partial class SchemaMigrator(NpgsqlDataSource dataSource, TimeProvider time, ILogger<SchemaMigrator> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs the scripts of <paramref name="assembly"/> that the schema has not seen, in the order of their names.</summary>
    /// <param name="schema">A plain lower-case identifier; created when it is missing, and the home of the journal.</param>
    /// <exception cref="InvalidOperationException">A script failed; nothing of that script remains.</exception>
    public async Task MigrateAsync(string schema, Assembly assembly, CancellationToken cancellationToken)
    {
        await using var connection = await OpenPatientlyAsync(cancellationToken);
        await using var hold = new NpgsqlCommand("SELECT pg_advisory_lock(hashtext($1))", connection) { Parameters = { new() { Value = schema } } };
        await hold.ExecuteNonQueryAsync(cancellationToken);
        try
        {
            await using var create = new NpgsqlCommand($"CREATE SCHEMA IF NOT EXISTS {schema}", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
            Upgrade(schema, assembly);
        }
        finally
        {
            await using var release = new NpgsqlCommand("SELECT pg_advisory_unlock(hashtext($1))", connection) { Parameters = { new() { Value = schema } } };
            await release.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    private void Upgrade(string schema, Assembly assembly)
    {
        var result = PostgresqlExtensions.PostgresqlDatabase(new DataSourceConnections(dataSource), schema)
            .WithScriptsEmbeddedInAssembly(assembly, static name => name.EndsWith(".sql", StringComparison.Ordinal))
            .JournalToPostgresqlTable(schema, "schema_versions")
            .WithVariablesDisabled()
            .WithTransactionPerScript()
            .LogTo(new SilentLog())
            .Build()
            .PerformUpgrade();

        if (!result.Successful)
            throw new InvalidOperationException($"Migration '{result.ErrorScript?.Name}' failed: {result.Error.Message}", result.Error);
        foreach (var script in result.Scripts)
            Migrated(schema, script.Name);
    }

    // The database may still be starting when the service does.
    private async Task<NpgsqlConnection> OpenPatientlyAsync(CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow() + Patience;
        while (true)
        {
            try
            {
                return await dataSource.OpenConnectionAsync(cancellationToken);
            }
            catch (NpgsqlException exception) when (time.GetUtcNow() < deadline)
            {
                NotReady(exception.Message);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Schema {Schema}: ran {Script}.")]
    private partial void Migrated(string schema, string script);

    [LoggerMessage(LogLevel.Warning, "The database is not ready yet: {Reason}")]
    private partial void NotReady(string reason);

    /// <summary>Success and failure are logged above, in the service's own format.</summary>
    private sealed class SilentLog : IUpgradeLog
    {
        public void LogTrace(string format, params object[] args) { }
        public void LogDebug(string format, params object[] args) { }
        public void LogInformation(string format, params object[] args) { }
        public void LogWarning(string format, params object[] args) { }
        public void LogError(string format, params object[] args) { }
        public void LogError(Exception ex, string format, params object[] args) { }
    }
}
