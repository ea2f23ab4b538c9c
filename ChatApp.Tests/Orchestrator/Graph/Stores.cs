using Aspire.Hosting.Testing;
using ChatApp.Tests.Graph;
using Npgsql;

namespace ChatApp.Tests.Orchestrator.Graph;

/// <summary>
/// A real PostgreSQL and a server of the Redis protocol, as the AppHost starts them; or others by CHATAPP_TEST_CHATDB and
/// CHATAPP_TEST_REDIS, to run the same tests against any server of the two protocols.
/// </summary>
public sealed class Stores : IAsyncDisposable
{
    private static readonly Lazy<Task<Stores>> s_shared = new(StartAsync);
    private static int s_databases;

    private GraphUnderTest? _graph;

    public required string ChatDb { get; init; }

    public required string Redis { get; init; }

    /// <summary>False when the servers were given from outside, where killing them is not ours to do.</summary>
    public bool CanKill => _graph is not null;

    /// <summary>For everyone who leaves the servers running and takes a database of its own.</summary>
    public static Task<Stores> SharedAsync() => s_shared.Value;

    public static async Task StopSharedAsync()
    {
        if (s_shared.IsValueCreated && s_shared.Value.IsCompletedSuccessfully)
            await (await s_shared.Value).DisposeAsync();
    }

    public static async Task<Stores> StartAsync()
    {
        var givenDb = Environment.GetEnvironmentVariable("CHATAPP_TEST_CHATDB");
        var givenRedis = Environment.GetEnvironmentVariable("CHATAPP_TEST_REDIS");
        if (givenDb is not null && givenRedis is not null)
            return new Stores { ChatDb = givenDb, Redis = givenRedis };

        var graph = await GraphUnderTest.StartAsync(GraphUnderTest.WithoutServices);
        await graph.HealthyAsync("chatdb", "redis");
        return new Stores
        {
            ChatDb = givenDb ?? (await graph.Application.GetConnectionStringAsync("chatdb"))!,
            Redis = givenRedis ?? (await graph.Application.GetConnectionStringAsync("redis"))!,
            _graph = graph,
        };
    }

    /// <returns>The connection string of a new, empty database.</returns>
    public async Task<string> NewDatabaseAsync(string prefix)
    {
        var name = $"{prefix}_{Environment.ProcessId}_{Interlocked.Increment(ref s_databases)}";
        await using var connection = new NpgsqlConnection(ChatDb + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(ChatDb) { Database = name }.ToString();
    }

    /// <summary>Kills a server as <c>kill -9</c> does, and waits until another process has been started in its place.</summary>
    /// <param name="resource"><c>postgres</c> or <c>redis</c>.</param>
    public async Task KillAsync(string resource)
    {
        var killed = await _graph!.ProcessIdAsync(resource, CancellationToken.None);
        await _graph.KillAsync(resource);
        await Eventually.BecomesAsync(() => _graph.ProcessIdAsync(resource, CancellationToken.None), running => running != killed);
    }

    /// <summary>Waits until a killed server is there again.</summary>
    public Task WaitHealthyAsync(string resource) => _graph!.HealthyAsync(resource);

    public async ValueTask DisposeAsync()
    {
        if (_graph is not null)
            await _graph.DisposeAsync();
    }
}
