using System.Net;
using System.Net.Sockets;
using ChatApp.Tests.Graph;
using ChatApp.Tests.Orchestrator.Upstreams;
using Dapper;
using Npgsql;

namespace ChatApp.Tests.Orchestrator.Graph;

/// <summary>Real stores, a scripted model, and orchestrators in processes of their own.</summary>
public sealed class OrchestratorGraph : IAsyncDisposable
{
    /// <summary>The scripted model at a price: 1 for a million tokens of input, 3 for output.</summary>
    public const string PricedModel = "priced";

    private static readonly Lazy<Task<OrchestratorGraph>> s_shared = new(StartSharedAsync);

    private static int s_stopped;

    private readonly List<OrchestratorProcess> _orchestrators = [];

    public required Stores Stores { get; init; }

    /// <summary>The connection string of this graph's own database.</summary>
    public required string ChatDb { get; init; }

    private bool OwnsStores { get; init; }

    private DirectoryInfo Objects { get; } = Directory.CreateTempSubdirectory("chatapp-objects");

    public required ModelServer Model { get; init; }

    public required ToolServer Tools { get; init; }

    public OrchestratorProcess First => _orchestrators[0];

    public OrchestratorProcess Second => _orchestrators[1];

    /// <summary>Not pooled: a test that kills the server would get its dead connections back.</summary>
    public NpgsqlDataSource Database => field ??= NpgsqlDataSource.Create(ChatDb + ";Pooling=false");

    /// <summary>Where the shared replicas send their telemetry; they capture no content.</summary>
    public static OtlpCollector Telemetry { get; private set; } = null!;

    /// <summary>Two replicas for every test that leaves them running.</summary>
    public static Task<OrchestratorGraph> SharedAsync() => s_shared.Value;

    public static async Task StopSharedAsync()
    {
        if (s_shared.IsValueCreated && s_shared.Value.IsCompletedSuccessfully && Interlocked.Exchange(ref s_stopped, 1) == 0)
            await (await s_shared.Value).DisposeAsync();
    }

    /// <summary>Orchestrators on stores of their own, which may be killed.</summary>
    public static async Task<OrchestratorGraph> StartAsync(int replicas, IReadOnlyDictionary<string, string>? settings = null)
    {
        var stores = await Stores.StartAsync();
        return await StartAsync(stores, stores.ChatDb, ownsStores: true, replicas, settings);
    }

    private static async Task<OrchestratorGraph> StartSharedAsync()
    {
        var stores = await Stores.SharedAsync();
        Telemetry = await OtlpCollector.StartAsync();
        var settings = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Telemetry.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
        };
        return await StartAsync(stores, await stores.NewDatabaseAsync("turns"), ownsStores: false, replicas: 2, settings);
    }

    private static async Task<OrchestratorGraph> StartAsync(Stores stores, string chatDb, bool ownsStores, int replicas, IReadOnlyDictionary<string, string>? settings)
    {
        var graph = new OrchestratorGraph { Stores = stores, ChatDb = chatDb, OwnsStores = ownsStores, Model = await ScriptedModel.ServeAsync(), Tools = await ToolServer.StartAsync() };
        for (var i = 0; i < replicas; i++)
            graph._orchestrators.Add(new OrchestratorProcess(FreePort.Next(), graph.Settings(settings)));
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
        Objects.Delete(recursive: true);
        if (OwnsStores)
            await Stores.DisposeAsync();
    }

    /// <summary>Where the replicas keep the bytes of that SHA-256.</summary>
    public string ObjectPath(byte[] hash) => Path.Combine(Objects.FullName, Convert.ToHexStringLower(hash)[..2], Convert.ToHexStringLower(hash));

    private Dictionary<string, string> Settings(IReadOnlyDictionary<string, string>? settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__chatdb"] = ChatDb,
            ["ConnectionStrings__redis"] = Stores.Redis,
            ["Gateway__Upstreams__scripted__BaseUrl"] = Model.Url,
            ["Gateway__Upstreams__scripted__Kind"] = "Vllm",
            ["Gateway__Upstreams__scripted__Discover"] = "true",
            ["Gateway__DefaultModel"] = ScriptedModel.Model,
            ["Gateway__Models__0__Id"] = PricedModel,
            ["Gateway__Models__0__InputPrice"] = "1",
            ["Gateway__Models__0__OutputPrice"] = "3",
            ["Gateway__Models__0__Routes__0__Upstream"] = "scripted",
            ["Gateway__Models__0__Routes__0__Model"] = ScriptedModel.Model,
            ["Conversations__PurgeInterval"] = "00:00:00.500",
            ["Conversations__MaximumImportBytes"] = "2000000",
            ["Conversations__MaximumImportMessages"] = "1000",
            ["Files__PurgeInterval"] = "00:00:00.500",
            ["Objects__Folder"] = Objects.FullName,
            ["Objects__PurgeInterval"] = "00:00:00.500",
            ["Objects__ReconcileInterval"] = "00:00:01",
            ["Turns__AccountingPatience"] = "00:00:20",
        };
        foreach (var (name, value) in Tools.Settings())
            environment[name] = value;
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            environment[name] = value;
        return environment;
    }
}
