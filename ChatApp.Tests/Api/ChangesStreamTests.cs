using System.Net.Http.Headers;

namespace ChatApp.Tests.Api;

/// <summary>The stream of what becomes of a caller's conversations.</summary>
public sealed class ChangesStreamTests
{
    private ScriptedOrchestrator _orchestrator = null!;
    private string _database = "";

    [OneTimeSetUp]
    public async Task Start()
    {
        _orchestrator = await ScriptedOrchestrator.StartAsync();
        _database = await EdgeStores.NewDatabaseAsync();
    }

    [OneTimeTearDown]
    public async Task Stop() => await _orchestrator.DisposeAsync();

    [Test]
    public async Task It_names_what_a_conversation_is_now_and_ends_when_its_time_is_over()
    {
        await using var edge = await StartAsync(watchSeconds: 3);
        using var stream = await OpenAsync(edge);

        var lines = (await stream.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Where(line => line.StartsWith("event: ", StringComparison.Ordinal)).ShouldBe(["event: everything", "event: conversation", "event: deleted"]);
        lines.ShouldContain(line => line.Contains("\"title\":\"Named\"", StringComparison.Ordinal));
        lines.ShouldContain("data: {\"id\":\"conv_2\"}");
        lines[^1].ShouldBe("data: [DONE]");
    }

    [Test]
    public async Task A_replica_that_stops_ends_it_instead_of_waiting_for_its_pages()
    {
        var edge = await StartAsync(watchSeconds: 3600);
        using var stream = await OpenAsync(edge);
        (await stream.ReadLineAsync()).ShouldBe("event: everything");
        var rest = stream.ReadToEndAsync();
        await edge.DisposeAsync();
        (await rest).TrimEnd().ShouldEndWith("data: [DONE]");
    }

    private Task<EdgeHost> StartAsync(int watchSeconds) => EdgeHost.StartAsync(_database, new Dictionary<string, string?>
    {
        ["services:orchestrator:grpc:0"] = _orchestrator.Address,
        ["Edge:WatchSeconds"] = $"{watchSeconds}",
    });

    private static async Task<StreamReader> OpenAsync(EdgeHost edge)
    {
        using var nobody = edge.Client();
        var guest = (await nobody.PostAsync("/api/auth/guest", new { })).ShouldBe(System.Net.HttpStatusCode.Created);
        var http = new HttpClient { BaseAddress = edge.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", guest["access_token"]);
        return new StreamReader(await http.GetStreamAsync("/api/conversations/changes"));
    }
}
