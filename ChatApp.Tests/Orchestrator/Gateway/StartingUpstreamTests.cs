using ChatApp.Orchestrator.Errors;
using ChatApp.Tests.Orchestrator.Upstreams;

namespace ChatApp.Tests.Orchestrator.Gateway;

/// <summary>What is offered while the server of a model starts.</summary>
public sealed class StartingUpstreamTests
{
    private const string Embedder = """{"id":"an-embedder","capabilities":["embeddings"]}""";
    private const string Loading = $$"""{"object":"list","loading":true,"data":[{{Embedder}}]}""";
    private const string Fewer = $$"""{"object":"list","data":[{{Embedder}}]}""";
    private const string All = $$"""{"object":"list","data":[{{Embedder}},{"id":"listed","capabilities":["chat"]}]}""";

    private ModelServer _server = null!;
    private GatewayUnderTest _gateway = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await ModelServer.StartAsync();
        _gateway = GatewayUnderTest.Over(new Dictionary<string, string?>
        {
            ["Gateway:Upstreams:a:BaseUrl"] = _server.Url,
            ["Gateway:Upstreams:a:Kind"] = "Vllm",
            ["Gateway:Upstreams:a:Discover"] = "true",
        });
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _gateway.DisposeAsync();
        await _server.DisposeAsync();
    }

    [TestCase(Fewer)]
    [TestCase(Loading)]
    public async Task A_list_that_shrank_is_not_believed_while_its_server_may_be_starting(string list)
    {
        _server.Models = All;
        (await ListAsync()).ShouldBe(["listed", "an-embedder"]);
        (await _gateway.Catalogue.IsSettledAsync(CancellationToken.None)).ShouldBeTrue();

        _server.Models = list;
        ReadAgain();
        (await ListAsync()).ShouldBe(["listed", "an-embedder"]);
        (await _gateway.Catalogue.IsSettledAsync(CancellationToken.None)).ShouldBeFalse();

        _server.Models = All;
        ReadAgain();
        (await ListAsync()).ShouldBe(["listed", "an-embedder"]);
        (await _gateway.Catalogue.IsSettledAsync(CancellationToken.None)).ShouldBeTrue();
    }

    [Test]
    public async Task A_model_that_was_taken_out_is_gone_when_the_patience_is_over()
    {
        _server.Models = All;
        await ListAsync();
        _server.Models = Fewer;
        ReadAgain();
        await ListAsync();

        _gateway.Set("Gateway:StartPatience", "00:00:00");

        (await ListAsync()).ShouldBe(["an-embedder"]);
    }

    [Test]
    public async Task An_embedder_is_never_the_model_that_answers()
    {
        _server.Models = Fewer;

        (await Should.ThrowAsync<RefusedException>(() => _gateway.Catalogue.ResolveAsync(null, CancellationToken.None))).Code.ShouldBe("no_models");
        (await Should.ThrowAsync<RefusedException>(() => _gateway.Catalogue.ResolveBackgroundAsync(CancellationToken.None))).Code.ShouldBe("no_models");
        (await _gateway.Catalogue.ResolveAsync(null, ["embeddings"], CancellationToken.None)).Id.ShouldBe("an-embedder");
    }

    [TestCase("listed")]
    [TestCase(null)]
    public async Task A_model_whose_server_starts_is_waited_for(string? asked)
    {
        _server.Models = Loading;
        var told = 0;

        var model = await _gateway.Catalogue.WaitForAsync(asked, () =>
        {
            told++;
            _server.Models = All;
            return ValueTask.CompletedTask;
        }, CancellationToken.None);

        model.Id.ShouldBe("listed");
        told.ShouldBe(1);
    }

    [Test]
    public async Task A_model_that_there_is_not_is_refused_at_once_where_every_server_has_started()
    {
        _server.Models = All;
        (await Should.ThrowAsync<RefusedException>(() => _gateway.Catalogue.WaitForAsync("another", () => throw new InvalidOperationException("It was waited for."), CancellationToken.None)))
            .Code.ShouldBe("model_not_found");
    }

    private async Task<IEnumerable<string>> ListAsync() => (await _gateway.Catalogue.ListAsync(CancellationToken.None)).Select(model => model.Id);

    // Whatever changes in the settings, the lists are read anew.
    private void ReadAgain() => _gateway.Set("Gateway:AffinitySlack", (_slack++).ToString(System.Globalization.CultureInfo.InvariantCulture));

    private int _slack = 5;
}
