using System.Globalization;
using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Tests.Orchestrator.Upstreams;
using Microsoft.Extensions.AI;
using static ChatApp.Tests.Orchestrator.Upstreams.Reply;

namespace ChatApp.Tests.Orchestrator.Gateway;

public sealed class RoutingTests
{
    private readonly List<ModelServer> _servers = [];
    private GatewayUnderTest? _gateway;

    [TearDown]
    public async Task Stop()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        foreach (var server in _servers)
            await server.DisposeAsync();
        _servers.Clear();
        _gateway = null;
    }

    private async Task<GatewayUnderTest> StartAsync(int servers, params (string Name, string Value)[] changes)
    {
        for (var i = 0; i < servers; i++)
            _servers.Add(await ModelServer.StartAsync());
        var settings = GatewayUnderTest.Over([.. _servers]);
        for (var i = 0; i < servers; i++)
            settings[$"Gateway:Models:0:Routes:{i}:Priority"] = "0";
        foreach (var (name, value) in changes)
            settings[name] = value;
        return _gateway = GatewayUnderTest.Over(settings);
    }

    [Test]
    public async Task A_conversation_stays_with_one_replica_and_conversations_spread_by_weight()
    {
        var gateway = await StartAsync(3, ("Gateway:Models:0:Routes:2:Weight", "2"));

        var places = new Dictionary<string, string>();
        foreach (var round in new[] { 1, 2 })
        {
            for (var i = 0; i < 60; i++)
            {
                var upstream = (await gateway.AskAsync($"round {round}", conversation: $"conversation {i}")).Last!.Upstream;
                places.TryAdd($"{i}", upstream);
                places[$"{i}"].ShouldBe(upstream);
            }
        }

        places.Values.Count(place => place == "c").ShouldBeInRange(18, 42);
        places.Values.Distinct().Count().ShouldBe(3);
    }

    [Test]
    public async Task Only_the_conversations_of_a_replica_that_goes_move()
    {
        string[] all = ["a", "b", "c", "d"];
        var keys = Enumerable.Range(0, 2000).Select(i => $"conversation {i}").ToList();

        string Best(string key, IEnumerable<string> places) => places.MaxBy(place => RendezvousHash.Score(key, place, 1))!;

        foreach (var key in keys.Where(key => Best(key, all) != "b"))
            Best(key, all.Except(["b"])).ShouldBe(Best(key, all));
        keys.Count(key => Best(key, all) == "b").ShouldBeInRange(400, 600);
        await Task.CompletedTask;
    }

    [Test]
    public async Task A_busy_replica_loses_a_conversation_only_when_another_is_much_freer()
    {
        var gateway = await StartAsync(2, ("Gateway:AffinitySlack", "3"));
        var home = (await gateway.AskAsync(conversation: "c")).Last!.Upstream;

        gateway.Board[home].ReportedLoad = 3;
        (await gateway.AskAsync(conversation: "c")).Last!.Upstream.ShouldBe(home);
        gateway.Board[home].ReportedLoad = 4;
        (await gateway.AskAsync(conversation: "c")).Last!.Upstream.ShouldNotBe(home);
    }

    [Test]
    public async Task Priority_comes_first_then_price_where_the_model_prefers_it()
    {
        var gateway = await StartAsync(3,
            ("Gateway:Models:0:Routes:0:Priority", "1"), ("Gateway:Models:0:Routes:0:InputPrice", "0"),
            ("Gateway:Models:0:Prefer", "Price"), ("Gateway:Models:0:Routes:1:InputPrice", "5"), ("Gateway:Models:0:Routes:2:InputPrice", "4"));

        for (var i = 0; i < 10; i++)
            (await gateway.AskAsync(conversation: $"c{i}")).Last!.Upstream.ShouldBe("c");
    }

    [Test]
    public async Task Load_decides_where_the_model_prefers_it()
    {
        var gateway = await StartAsync(2, ("Gateway:Models:0:Prefer", "Load"));
        gateway.Board["a"].ReportedLoad = 1;

        for (var i = 0; i < 10; i++)
            (await gateway.AskAsync(conversation: $"c{i}")).Last!.Upstream.ShouldBe("b");
    }

    [Test]
    public async Task Queues_are_read_from_the_metrics_of_upstreams()
    {
        var gateway = await StartAsync(2, ("Gateway:ProbeInterval", "00:00:00.1"));
        _servers[0].Metrics = "# HELP x\nvllm:num_requests_running{model_name=\"m\"} 3.0\nvllm:num_requests_waiting{model_name=\"m\"} 39.0\nvllm:num_requests_waiting_by_reason{reason=\"x\"} 7\n";
        await gateway.StartAsync();

        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (gateway.Board["a"].ReportedLoad == 0 && clock.Elapsed < TimeSpan.FromSeconds(10))
            await Task.Yield();

        gateway.Board["a"].ReportedLoad.ShouldBe(42);
        for (var i = 0; i < 10; i++)
            (await gateway.AskAsync(conversation: $"c{i}")).Last!.Upstream.ShouldBe("b");
    }

    [TestCase("vllm:num_requests_waiting 5", 5)]
    [TestCase("vllm:num_requests_waiting{a=\"}\"} 5 1700000000", 5)]
    [TestCase("vllm:num_requests_waiting NaN", 0)]
    [TestCase("vllm:num_requests_waiting -1", 0)]
    [TestCase("vllm:num_requests_waitingx 5\nnonsense {", 0)]
    [TestCase("", 0)]
    public void Metrics_are_read_as_prometheus_writes_them(string metrics, int load) => UpstreamProbe.ReadLoad(metrics).ShouldBe(load);

    [Test]
    public async Task A_canary_gets_its_share_of_the_conversations_and_keeps_them()
    {
        var gateway = await StartAsync(1,
            ("Gateway:Models:1:Id", "m-next"), ("Gateway:Models:1:Routes:0:Upstream", "a"),
            ("Gateway:Models:0:Canary:Model", "m-next"), ("Gateway:Models:0:Canary:Percent", "25"));

        var canaries = 0;
        for (var i = 0; i < 80; i++)
        {
            var model = (await gateway.AskAsync(conversation: $"c{i}")).Last!.Model;
            (await gateway.AskAsync("again", conversation: $"c{i}")).Last!.Model.ShouldBe(model);
            canaries += model == "m-next" ? 1 : 0;
        }

        canaries.ShouldBeInRange(8, 34);
        var share = Enumerable.Range(0, 10_000).Count(i => RoutePlanner.IsCanary("m", new CanaryOptions { Model = "n", Percent = 5 }, i.ToString(CultureInfo.InvariantCulture)));
        share.ShouldBeInRange(400, 600);
    }

    [Test]
    public async Task The_stable_version_stands_in_for_a_canary_that_fails()
    {
        var gateway = await StartAsync(2,
            ("Gateway:Models:0:Routes:1:Upstream", "a"), ("Gateway:Models:1:Id", "m-next"), ("Gateway:Models:1:Routes:0:Upstream", "b"),
            ("Gateway:Models:0:Canary:Model", "m-next"), ("Gateway:Models:0:Canary:Percent", "100"));
        _servers[1].Always = Status(500);

        (await gateway.AskAsync()).Last!.Model.ShouldBe("m");
    }

    [Test]
    public async Task A_model_that_lacks_a_capability_refuses_by_its_name_and_says_who_has_it()
    {
        var gateway = await StartAsync(1,
            ("Gateway:Models:0:Capabilities:0", "chat"), ("Gateway:Models:1:Id", "seeing"), ("Gateway:Models:1:Routes:0:Upstream", "a"),
            ("Gateway:Models:1:Capabilities:0", "chat"), ("Gateway:Models:1:Capabilities:1", "vision"));
        var body = new { model = "m", messages = new[] { new { role = "user", content = new[] { new { type = "image_url" } } } } };

        var refused = await Should.ThrowAsync<ChatApp.Orchestrator.Errors.RefusedException>(() => gateway.ForwardAsync(body));

        refused.Message.ShouldBe("The model 'm' does not offer: vision. Models that do: seeing.");
    }

    [Test]
    public async Task An_upstream_at_its_limit_of_concurrent_requests_is_passed_by()
    {
        var gateway = await StartAsync(2, ("Gateway:Models:0:Routes:1:Priority", "1"), ("Gateway:Upstreams:a:MaxConcurrent", "1"));
        _servers[0].Then(SilentAfter("busy"));
        using var end = new CancellationTokenSource();
        await using var first = gateway.Gateway.StreamChatAsync(
            new ModelRequest { Model = "m", Messages = [new ChatMessage(ChatRole.User, "x")], User = "u" }, end.Token).GetAsyncEnumerator(end.Token);
        await first.MoveNextAsync();

        (await gateway.AskAsync()).Last!.Upstream.ShouldBe("b");
        await end.CancelAsync();
    }

    [Test]
    public async Task An_upstream_at_its_limit_of_requests_per_minute_is_passed_by()
    {
        var gateway = await StartAsync(2, ("Gateway:Models:0:Routes:1:Priority", "1"), ("Gateway:Upstreams:a:RequestsPerMinute", "12"));

        var upstreams = new List<string>();
        for (var i = 0; i < 5; i++)
            upstreams.Add((await gateway.AskAsync()).Last!.Upstream);

        upstreams.ShouldBe(["a", "a", "b", "b", "b"]);
    }
}
