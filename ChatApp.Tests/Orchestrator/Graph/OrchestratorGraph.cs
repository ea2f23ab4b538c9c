using System.Net;
using System.Net.Sockets;
using Dapper;
using Npgsql;

namespace ChatApp.Tests.Orchestrator.Graph;

/// <summary>Real stores, a scripted model, and orchestrators in processes of their own.</summary>
public sealed class OrchestratorGraph : IAsyncDisposable
{
    private static readonly Lazy<Task<OrchestratorGraph>> s_shared = new(() => StartAsync(replicas: 2));

    private static int s_stopped;

    private readonly List<OrchestratorProcess> _orchestrators = [];

    public required Stores Stores { get; init; }

    public required ScriptedModelServer Model { get; init; }

    public required ToolServer Tools { get; init; }

    public OrchestratorProcess First => _orchestrators[0];

    public OrchestratorProcess Second => _orchestrators[1];

    /// <summary>Not pooled: a test that kills the server would get its dead connections back.</summary>
    public NpgsqlDataSource Database => field ??= NpgsqlDataSource.Create(Stores.ChatDb + ";Pooling=false");

    /// <summary>Two replicas for every test that leaves them running.</summary>
    public static Task<OrchestratorGraph> SharedAsync() => s_shared.Value;

    public static async Task StopSharedAsync()
    {
        if (s_shared.IsValueCreated && s_shared.Value.IsCompletedSuccessfully && Interlocked.Exchange(ref s_stopped, 1) == 0)
            await (await s_shared.Value).DisposeAsync();
    }

    public static async Task<OrchestratorGraph> StartAsync(int replicas, IReadOnlyDictionary<string, string>? settings = null)
    {
        var graph = new OrchestratorGraph { Stores = await Stores.StartAsync(), Model = await ScriptedModelServer.StartAsync(), Tools = await ToolServer.StartAsync() };
        for (var i = 0; i < replicas; i++)
            graph._orchestrators.Add(new OrchestratorProcess(FreePort(), graph.Settings(settings)));
        await Task.WhenAll(graph._orchestrators.Select(orchestrator => orchestrator.StartAsync()));
        return graph;
    }

    public async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    public async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, parameters);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var orchestrator in _orchestrators)
            await orchestrator.DisposeAsync();
        await Model.DisposeAsync();
        await Tools.DisposeAsync();
        await Database.DisposeAsync();
        await Stores.DisposeAsync();
    }

    private Dictionary<string, string> Settings(IReadOnlyDictionary<string, string>? settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__chatdb"] = Stores.ChatDb,
            ["ConnectionStrings__redis"] = Stores.Redis,
            ["Gateway__Upstreams__scripted__BaseUrl"] = Model.Url,
            ["Gateway__Upstreams__scripted__Kind"] = "Vllm",
            ["Gateway__Upstreams__scripted__Discover"] = "true",
            ["Conversations__PurgeInterval"] = "00:00:00.500",
            ["Conversations__MaximumImportBytes"] = "2000000",
            ["Conversations__MaximumImportMessages"] = "1000",
            ["Files__PurgeInterval"] = "00:00:00.500",
            ["Turns__AccountingPatience"] = "00:00:20",
        };
        foreach (var (name, value) in Tools.Settings())
            environment[name] = value;
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            environment[name] = value;
        return environment;
    }

    // Below the range from which the system takes ports for outgoing connections: while a replica is dead, nobody may
    // get its port by chance.
    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 30_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; another one then.
            }
        }
    }
}
