using System.Net;
using System.Net.Sockets;
using ChatApp.Tests.Orchestrator.Graph;
using Npgsql;

namespace ChatApp.Tests.Api;

/// <summary>The shared stores; each fixture takes a database of its own.</summary>
[SetUpFixture]
public sealed class EdgeStores
{
    private static Stores s_stores = null!;

    /// <summary>Redis for all fixtures: keys hold user ids, which no two fixtures share.</summary>
    public static string Redis => s_stores.Redis;

    [OneTimeSetUp]
    public async Task Start() => s_stores = await Stores.SharedAsync();

    [OneTimeTearDown]
    public void Stop() => NpgsqlConnection.ClearAllPools();

    /// <returns>The connection string of a new, empty database.</returns>
    public static async Task<string> NewDatabaseAsync() =>
        new NpgsqlConnectionStringBuilder(await s_stores.NewDatabaseAsync("edge")) { MaxPoolSize = 10, ConnectionIdleLifetime = 5, ConnectionPruningInterval = 2 }.ToString();
}
