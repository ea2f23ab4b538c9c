using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ChatApp.Tests.Orchestrator.Graph;

/// <summary>A real PostgreSQL, a server of the Redis protocol, a scripted model and orchestrators in processes of their own.</summary>
public sealed class OrchestratorGraph : IAsyncDisposable
{
    private readonly List<OrchestratorProcess> _orchestrators = [];

    public required string ChatDb { get; init; }

    public required string Redis { get; init; }

    public required ScriptedModelServer Model { get; init; }

    public IReadOnlyList<OrchestratorProcess> Orchestrators => _orchestrators;

    public OrchestratorProcess First => _orchestrators[0];

    public OrchestratorProcess Second => _orchestrators[1];

    public NpgsqlDataSource Database => field ??= NpgsqlDataSource.Create(ChatDb);

    // Connection strings from outside let the same tests run against any server of the two protocols.
    public static async Task<OrchestratorGraph> StartAsync(int replicas, IReadOnlyDictionary<string, string>? settings = null)
    {
        var chatDb = Environment.GetEnvironmentVariable("CHATAPP_TEST_CHATDB");
        var redis = Environment.GetEnvironmentVariable("CHATAPP_TEST_REDIS");
        if (chatDb is null || redis is null)
            Assert.Ignore("Set CHATAPP_TEST_CHATDB and CHATAPP_TEST_REDIS to connection strings.");
        var graph = new OrchestratorGraph
        {
            ChatDb = chatDb!,
            Redis = redis!,
            Model = await ScriptedModelServer.StartAsync(),
        };
        for (var i = 0; i < replicas; i++)
            graph._orchestrators.Add(new OrchestratorProcess(FreePort(), graph.Settings(settings)));
        await Task.WhenAll(graph._orchestrators.Select(orchestrator => orchestrator.StartAsync()));
        return graph;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var orchestrator in _orchestrators)
            await orchestrator.DisposeAsync();
        await Model.DisposeAsync();
        await Database.DisposeAsync();
    }

    private Dictionary<string, string> Settings(IReadOnlyDictionary<string, string>? settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__chatdb"] = ChatDb,
            ["ConnectionStrings__redis"] = Redis,
            ["Gateway__Upstreams__scripted__BaseUrl"] = Model.Url,
            ["Gateway__Upstreams__scripted__Kind"] = "Vllm",
            ["Gateway__Upstreams__scripted__Discover"] = "true",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            environment[name] = value;
        return environment;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
