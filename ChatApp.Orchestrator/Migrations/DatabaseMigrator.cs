using System.Reflection;
using DbUp;
using DbUp.Engine.Output;
using DbUp.Postgresql;
using Npgsql;

namespace ChatApp.Orchestrator.Migrations;

/// <summary>
/// Brings the schema <c>chat</c> up to date at the start: numbered scripts, each run once and in a transaction, under an
/// advisory lock, so that replicas that start together do it one after the other.
/// </summary>
/// <remarks>Scripts only expand; what an older replica still reads is dropped a release later.</remarks>
public sealed class DatabaseMigrator(NpgsqlDataSource dataSource, TimeProvider time, ILogger<DatabaseMigrator> logger)
{
    private const string Schema = "chat";
    private const long LockKey = 0x63_68_61_74; // "chat"
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <exception cref="InvalidOperationException">A script failed; nothing of it remains.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenPatientlyAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            await ExecuteAsync(connection, $"CREATE SCHEMA IF NOT EXISTS {Schema}", cancellationToken);
            Upgrade();
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    private void Upgrade()
    {
        var upgrade = PostgresqlExtensions.PostgresqlDatabase(new PostgresqlConnectionManager(dataSource), Schema)
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly())
            .JournalToPostgresqlTable(Schema, "schema_versions")
            .WithVariablesDisabled()
            .WithTransactionPerScript()
            .LogTo(new NoUpgradeLog())
            .Build();

        var result = upgrade.PerformUpgrade();
        if (!result.Successful)
            throw new InvalidOperationException($"Migration '{result.ErrorScript?.Name}' failed: {result.Error.Message}", result.Error);
        foreach (var script in result.Scripts)
            Log.Migrated(logger, script.Name);
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
                Log.DatabaseNotReady(logger, exception.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(500), time, cancellationToken);
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Success and failure are logged above, in the service's own format.</summary>
    private sealed class NoUpgradeLog : IUpgradeLog
    {
        public void LogTrace(string format, params object[] args) { }
        public void LogDebug(string format, params object[] args) { }
        public void LogInformation(string format, params object[] args) { }
        public void LogWarning(string format, params object[] args) { }
        public void LogError(string format, params object[] args) { }
        public void LogError(Exception ex, string format, params object[] args) { }
    }
}
