using System.Globalization;
using System.Net;
using Dapper;
using Npgsql;

namespace ChatApp.Tests.Api.Limits;

/// <summary>Two replicas of the edge with plans whose limits are soon reached.</summary>
public abstract class LimitedEdge
{
    protected static readonly object Chat = new { model = "scripted", max_tokens = 20, messages = new[] { new { role = "user", content = "hi" } } };

    protected ScriptedOrchestrator Orchestrator { get; private set; } = null!;

    protected string Database { get; private set; } = "";

    protected EdgeHost One { get; private set; } = null!;

    protected EdgeHost Two { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        Orchestrator = await ScriptedOrchestrator.StartAsync();
        Database = await EdgeStores.NewDatabaseAsync();
        var settings = new Dictionary<string, string?>
        {
            ["services:orchestrator:grpc:0"] = Orchestrator.Address,
            ["Plans:five:RequestsPerMinute"] = "5",
            ["Plans:tokens:TokensPerMinute"] = "1000",
            ["Plans:tokens:TokensPerDay"] = "100000",
            ["Plans:single:ConcurrentTurns"] = "1",
            ["Plans:poor:MonthlyBudget"] = "1",
            ["Plans:narrow:Models:0"] = "other",
            ["Plans:calls:CallsPerMinute"] = "3",
        };
        One = await EdgeHost.StartAsync(Database, settings);
        Two = await EdgeHost.StartAsync(Database, settings);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await One.DisposeAsync();
        await Two.DisposeAsync();
        await Orchestrator.DisposeAsync();
    }

    [SetUp]
    public void Reset() => (Orchestrator.IsAway, Orchestrator.Gate, Orchestrator.Price, Orchestrator.InputTokens, Orchestrator.OutputTokens, Orchestrator.Content, Orchestrator.Failure) = (false, null, 0, 3, 7, "ok", null);

    protected static string Token(EdgeClient client) => client.Headers.Authorization!.Parameter!;

    protected static int Remaining(EdgeAnswer answer) =>
        int.Parse(answer.ShouldBe(HttpStatusCode.OK).Headers["x-ratelimit-remaining-tokens"], CultureInfo.InvariantCulture);

    protected async Task<EdgeClient> UserAsync(EdgeHost edge, string plan)
    {
        using var nobody = edge.Client();
        var up = (await nobody.PostAsync("/api/auth/sign-up", new { email = $"{Guid.NewGuid():N}@example.org", password = "correct horse battery" })).ShouldBe(HttpStatusCode.Created);
        await using var connection = new NpgsqlConnection(Database);
        await connection.ExecuteAsync("UPDATE identity.users SET plan = @plan WHERE email = @email", new { plan, email = (string)up.Json["user"]!["email"]! });
        return edge.Client(up["access_token"]);
    }
}
