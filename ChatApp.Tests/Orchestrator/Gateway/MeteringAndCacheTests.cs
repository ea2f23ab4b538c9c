using System.Text.Json;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Metering;
using ChatApp.Tests.Orchestrator.Graph;
using ChatApp.Tests.Orchestrator.Upstreams;
using static ChatApp.Tests.Orchestrator.Upstreams.Reply;

namespace ChatApp.Tests.Orchestrator.Gateway;

public sealed class MeteringAndCacheTests
{
    private ModelServer _server = null!;
    private Dictionary<string, string?> _settings = null!;
    private string _redis = null!;

    [OneTimeSetUp]
    public async Task FindRedisAsync() => _redis = (await Stores.SharedAsync()).Redis;

    [SetUp]
    public async Task Start()
    {
        _server = await ModelServer.StartAsync();
        _settings = GatewayUnderTest.Over(_server);
    }

    [TearDown]
    public async Task Stop() => await _server.DisposeAsync();

    private GatewayUnderTest Gateway() => GatewayUnderTest.Over(_settings, _redis);

    private static object Chat(bool stream = true, double? temperature = null, object? options = null, string content = "hi") =>
        new { model = "m", stream, temperature, stream_options = options, request_id = "r1", messages = new[] { new { role = "user", content } } };

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_generation_is_metered_with_what_the_server_reports_and_its_price(bool stream)
    {
        await using var gateway = Gateway();

        await gateway.ForwardAsync(Chat(stream));

        var generation = gateway.Ledger.Single;
        // 600 fresh tokens at 10, 400 cached at 1, 3 answered at 30, all per million.
        generation.Usage.ShouldBe(new TokenUsage(1000, 400, 3) { Cost = 0.00649m });
        (generation.Model, generation.Upstream, generation.Outcome, generation.Purpose, generation.RequestId)
            .ShouldBe(("m", "a", GenerationOutcome.Completed, "chat.completions", "r1"));
    }

    [Test]
    public async Task A_stopped_generation_is_metered_by_what_was_generated()
    {
        await using var gateway = Gateway();
        _server.Then(SilentAfter("one", " two"));
        var seen = 0;

        await foreach (var _ in gateway.Forwarding.ForwardAsync("u", "chat.completions", JsonSerializer.SerializeToUtf8Bytes(Chat(content: new string('x', 4000))), CancellationToken.None))
        {
            if (++seen == 3)
                break;
        }

        var generation = gateway.Ledger.Single;
        generation.Outcome.ShouldBe(GenerationOutcome.Stopped);
        generation.Usage.OutputTokens.ShouldBe(2);
        generation.Usage.InputTokens.ShouldBeInRange(1000, 1100);
        generation.Usage.Cost.ShouldBeGreaterThan(0);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task An_answer_whose_caller_leaves_before_it_begins_is_metered_with_what_was_read_for_it(bool stream)
    {
        await using var gateway = Gateway();
        using var leaving = new CancellationTokenSource();
        _server.Then(async (context, _) =>
        {
            await leaving.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var body = JsonSerializer.SerializeToUtf8Bytes(Chat(stream: stream, content: new string('x', 4000)));

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in gateway.Forwarding.ForwardAsync("u", "chat.completions", body, leaving.Token))
            {
            }
        });

        var generation = gateway.Ledger.Single;
        (generation.Purpose, generation.Outcome, generation.Usage.OutputTokens).ShouldBe((stream ? "chat.completions.left" : "chat.completions", GenerationOutcome.Stopped, 0));
        generation.Usage.InputTokens.ShouldBeInRange(1000, 1100);
        generation.Usage.Cost.ShouldBe(generation.Usage.InputTokens * 10 / 1_000_000m);
    }

    [Test]
    public async Task Usage_is_shown_only_to_who_asked_and_then_once()
    {
        await using var gateway = Gateway();
        const string withUsage = "data: {\"id\":\"1\",\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1},\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"
            + "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"}}],\"usage\":null}\n\n"
            + "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}], \"usage\": {\"prompt_tokens\":5,\"completion_tokens\":1} }\n\n"
            + "data: {\"id\":\"1\",\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n";
        _server.Always = Raw("text/event-stream", withUsage);

        var without = await gateway.ForwardAsync(Chat());
        var with = await gateway.ForwardAsync(Chat(options: new { include_usage = true }));

        without.Count.ShouldBe(3);
        without.ShouldAllBe(chunk => !chunk.GetRawText().Contains("usage"));
        without[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString().ShouldBe("a");
        with[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(2);
        with.Count(chunk => chunk.TryGetProperty("usage", out _)).ShouldBe(1);
        gateway.Ledger.All.ShouldAllBe(entry => entry.Generation.Usage.OutputTokens == 2);
    }

    [Test]
    public async Task Usage_that_a_server_tells_with_the_last_piece_comes_behind_it()
    {
        await using var gateway = Gateway();
        _server.Always = Raw("text/event-stream", "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"
            + "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}\n\ndata: [DONE]\n\n");

        var chunks = await gateway.ForwardAsync(Chat(options: new { include_usage = true }));

        chunks.Select(chunk => chunk.GetProperty("choices").GetArrayLength()).ShouldBe([1, 1, 0]);
        chunks[1].TryGetProperty("usage", out _).ShouldBeFalse();
        (chunks[2].GetProperty("id").GetString(), chunks[2].GetProperty("usage").GetProperty("completion_tokens").GetInt32()).ShouldBe(("1", 1));
    }

    [Test]
    public async Task What_only_we_may_say_is_not_taken_from_a_caller()
    {
        await using var gateway = Gateway();

        await gateway.ForwardAsync(new
        {
            model = "m",
            stream = true,
            cache_salt = "other",
            user = "somebody else",
            priority = -9,
            chat_template = "{{ x }}",
            conversation_id = "conv_1",
            messages = Array.Empty<object>(),
        });

        var sent = _server.Requests.Single();
        sent.GetProperty("cache_salt").GetString().ShouldNotBe("other");
        // Whom the engine shares its lanes between: the caller, and nobody whom the caller names.
        sent.GetProperty("user").GetString().ShouldBe(sent.GetProperty("cache_salt").GetString());
        foreach (var name in new[] { "priority", "chat_template", "conversation_id" })
            sent.TryGetProperty(name, out _).ShouldBeFalse(name);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_same_greedy_request_of_a_tenant_that_chose_it_is_answered_once(bool stream)
    {
        var (tenant, other) = ($"tenant-{Guid.NewGuid():N}", $"tenant-{Guid.NewGuid():N}");
        _settings["Gateway:Cache:AnswersFor:0"] = tenant;
        _settings["Gateway:Cache:AnswersFor:1"] = other;
        await using var gateway = Gateway();

        var first = await gateway.ForwardAsync(Chat(stream, temperature: 0), owner: tenant);
        var again = await gateway.ForwardAsync(Chat(stream, temperature: 0), owner: tenant);

        again.Select(chunk => chunk.GetRawText()).ShouldBe(first.Select(chunk => chunk.GetRawText()));
        _server.Requests.Count.ShouldBe(1);
        gateway.Ledger.All.Count.ShouldBe(1);

        await gateway.ForwardAsync(Chat(stream, temperature: 0), owner: other);
        await gateway.ForwardAsync(Chat(stream, temperature: 0.1), owner: tenant);
        await gateway.ForwardAsync(Chat(stream, temperature: 0, content: "else"), owner: tenant);
        await gateway.ForwardAsync(Chat(stream, temperature: 0), owner: "someone who did not choose it");
        await gateway.ForwardAsync(Chat(stream, temperature: 0), owner: "someone who did not choose it");
        _server.Requests.Count.ShouldBe(6);
    }

    [Test]
    public async Task A_broken_answer_is_not_kept()
    {
        _settings["Gateway:Cache:AnswersFor:0"] = "*";
        _settings["Gateway:Attempts"] = "1";
        await using var gateway = Gateway();
        var owner = $"tenant-{Guid.NewGuid():N}";
        _server.Then(Raw("text/event-stream", "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0}]}}]}\n\n"));

        await Should.ThrowAsync<UpstreamException>(() => gateway.ForwardAsync(Chat(temperature: 0), owner: owner));

        GatewayUnderTest.TextOf(await gateway.ForwardAsync(Chat(temperature: 0), owner: owner)).ShouldBe("Hello world!");
    }

    [Test]
    public async Task A_text_is_embedded_once_for_each_tenant_and_only_what_is_new_is_asked_and_metered()
    {
        await using var gateway = Gateway();
        _server.Always = Embed();
        var owner = $"tenant-{Guid.NewGuid():N}";

        async Task<List<double>> EmbedAsync(string who, params string[] texts)
        {
            var answer = (await gateway.ForwardAsync(new { model = "m", input = texts }, "embeddings", who)).Single();
            answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().ShouldBe(texts.Length, "a token each, kept or not");
            return [.. answer.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("embedding")[0].GetDouble())];
        }

        (await EmbedAsync(owner, "a", "bb")).ShouldBe([1, 2]);
        (await EmbedAsync(owner, "bb", "dddd", "a", "dddd")).ShouldBe([2, 4, 1, 4]);
        (await EmbedAsync(owner, "a")).ShouldBe([1]);

        _server.Requests.Count.ShouldBe(2);
        _server.Requests.Last().GetProperty("input").EnumerateArray().Select(text => text.GetString()).ShouldBe(["dddd"]);
        gateway.Ledger.All.Sum(entry => entry.Generation.Usage.InputTokens).ShouldBe(3);
        (await EmbedAsync($"{owner} other", "a")).ShouldBe([1]);
        _server.Requests.Count.ShouldBe(3);
    }

    [Test]
    public async Task Without_redis_everything_is_asked()
    {
        _settings["Gateway:Cache:AnswersFor:0"] = "*";
        await using var gateway = GatewayUnderTest.Over(_settings);

        await gateway.ForwardAsync(Chat(temperature: 0));
        await gateway.ForwardAsync(Chat(temperature: 0));

        _server.Requests.Count.ShouldBe(2);
    }
}
