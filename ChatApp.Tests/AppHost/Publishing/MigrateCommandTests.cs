using ChatApp.Tests.Orchestrator.Graph;
using Dapper;
using Npgsql;

namespace ChatApp.Tests.AppHost.Publishing;

/// <summary>The command that a deployment runs before the services.</summary>
public sealed class MigrateCommandTests
{
    [TestCase("ChatApp.Api", "identity")]
    [TestCase("ChatApp.Orchestrator", "chat")]
    public async Task It_makes_the_schema_with_the_database_alone_and_does_nothing_the_second_time(string project, string schema)
    {
        var database = await (await Stores.SharedAsync()).NewDatabaseAsync("migrate");

        var first = await MigrateAsync(project, database);
        var scripts = await ScriptsAsync(database, schema);
        var second = await MigrateAsync(project, database);

        scripts.ShouldBeGreaterThan(0);
        (await ScriptsAsync(database, schema)).ShouldBe(scripts);
        first.ShouldContain($"Schema {schema}: ran");
        second.ShouldNotContain($"Schema {schema}: ran");
        second.ShouldContain($"Schema {schema} is up to date.");
    }

    [Test]
    public async Task Without_a_database_it_fails_and_names_the_setting()
    {
        var (exitCode, output) = await AppHostRun.TryAsync("dotnet", [AppHostRun.AssemblyOf("ChatApp.Api"), "migrate"]);

        exitCode.ShouldBe(1);
        output.ShouldContain("ConnectionStrings:chatdb");
    }

    [Test]
    public async Task A_script_that_fails_ends_it_with_an_error_and_leaves_nothing_of_the_script()
    {
        var database = await (await Stores.SharedAsync()).NewDatabaseAsync("migrate_broken");
        await using (var connection = new NpgsqlConnection(database))
            await connection.ExecuteAsync("CREATE SCHEMA chat; CREATE VIEW chat.conversations AS SELECT 1 AS id;");

        var (exitCode, output) = await AppHostRun.TryAsync("dotnet", [AppHostRun.AssemblyOf("ChatApp.Orchestrator"), "migrate"], Connecting(database));

        exitCode.ShouldBe(1);
        output.ShouldContain("Schema chat was not brought up to date");
        await using var after = new NpgsqlConnection(database);
        (await after.QueryAsync<string>("SELECT table_name FROM information_schema.tables WHERE table_schema = 'chat'")).ShouldBe(["conversations"]);
    }

    private static Task<string> MigrateAsync(string project, string database) =>
        AppHostRun.RunAsync("dotnet", [AppHostRun.AssemblyOf(project), "migrate"], Connecting(database));

    private static Dictionary<string, string> Connecting(string database) => new() { ["ConnectionStrings__chatdb"] = database };

    private static async Task<long> ScriptsAsync(string database, string schema)
    {
        await using var connection = new NpgsqlConnection(database);
        return await connection.ExecuteScalarAsync<long>($"SELECT count(*) FROM {schema}.schema_versions");
    }
}
