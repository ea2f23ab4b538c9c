using System.Net;
using System.Net.Sockets;
using ChatApp.Tests.Orchestrator.Graph;
using Npgsql;

namespace ChatApp.Tests.Edge;

/// <summary>Stores of these tests' own, started once as the product's hosting starts them; each fixture takes a database of its own.</summary>
[SetUpFixture]
public sealed class EdgeStores
{
    private static readonly string s_run = Guid.NewGuid().ToString("N")[..8];
    private static Stores s_stores = null!;
    private static int s_databases;

    /// <summary>Redis for all fixtures: keys hold user ids, which no two fixtures share.</summary>
    public static string Redis => s_stores.Redis;

    [OneTimeSetUp]
    public async Task Start() => s_stores = await Stores.StartAsync();

    [OneTimeTearDown]
    public async Task Stop()
    {
        NpgsqlConnection.ClearAllPools();
        await s_stores.DisposeAsync();
    }

    /// <returns>The connection string of a new, empty database.</returns>
    public static async Task<string> NewDatabaseAsync()
    {
        var name = $"edge_{s_run}_{Interlocked.Increment(ref s_databases)}";
        await using var connection = new NpgsqlConnection(s_stores.ChatDb + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(s_stores.ChatDb) { Database = name, MaxPoolSize = 10, ConnectionIdleLifetime = 5, ConnectionPruningInterval = 2 }.ToString();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
