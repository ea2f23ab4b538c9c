using System.Diagnostics;
using System.Text.Json;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Metering;
using ChatApp.Tests.Api.Limits;
using ChatApp.Tests.Orchestrator.Upstreams;
using Microsoft.Extensions.AI;
using static ChatApp.Tests.Orchestrator.Upstreams.Reply;

namespace ChatApp.Tests.Orchestrator.Gateway;

public sealed class FailoverTests
{
    private ModelServer _a = null!;
    private ModelServer _b = null!;
    private Dictionary<string, string?> _settings = null!;
    private ShiftedClock _clock = null!;
    private GatewayUnderTest? _gateway;

    [SetUp]
    public async Task Start()
    {
        _a = await ModelServer.StartAsync();
        _b = await ModelServer.StartAsync();
        _settings = GatewayUnderTest.Over(_a, _b);
        _clock = new ShiftedClock();
        _b.Always = Answer("from b");
    }

    [TearDown]
    public async Task Stop()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        _gateway = null;
    }

    private GatewayUnderTest Gateway => _gateway ??= GatewayUnderTest.Over(_settings, time: _clock);

    [Test]
    public async Task Another_upstream_answers_when_the_first_fails_before_its_first_token()
    {
        _settings["Gateway:FirstTokenTimeout"] = "00:00:02";
        foreach (var behaviour in new[] { Status(500), Hang(withHeaders: true, withEmptyChunk: true), ResetAfter(), Raw("text/html", "no"), Status(401), Status(404) })
        {
            _a.Then(behaviour);
            var (text, last, failure) = await Gateway.AskAsync();
            failure.ShouldBeNull();
            text.ShouldBe("from b");
            last.ShouldNotBeNull().Upstream.ShouldBe("b");
            _gateway!.Set("Gateway:Breaker:MinimumCalls", "10000");
        }
    }

    [Test]
    public async Task A_request_that_is_at_fault_is_not_tried_elsewhere()
    {
        _a.Then(Status(400));

        (await Gateway.AskAsync()).Failure.ShouldNotBeNull().Failure.ShouldBe(UpstreamFailure.Refused);

        _b.Requests.ShouldBeEmpty();
    }

    [Test]
    public async Task After_the_first_token_nothing_is_asked_twice()
    {
        _a.Then(EndsAfter("one", " two"));

        var (text, _, failure) = await Gateway.AskAsync();

        text.ShouldBe("one two");
        failure.ShouldNotBeNull().Failure.ShouldBe(UpstreamFailure.BrokeOff);
        _b.Requests.ShouldBeEmpty();
    }

    [Test]
    public async Task A_stateless_answer_that_breaks_off_is_continued_from_its_text_and_both_generations_are_metered()
    {
        _a.Then(EndsAfter("one", " two"));
        _a.Then(Status(500));
        _b.Always = Answer(" three");

        var chunks = await Gateway.ForwardAsync(new
        {
            model = "m",
            stream = true,
            max_tokens = 50,
            stream_options = new { include_usage = true },
            messages = new[] { new { role = "user", content = "count" } },
        });

        GatewayUnderTest.TextOf(chunks).ShouldBe("one two three");
        chunks.Select(chunk => chunk.GetProperty("id").GetString()).Distinct().ShouldHaveSingleItem();
        var continued = _b.Requests.Single();
        continued.GetProperty("continue_final_message").GetBoolean().ShouldBeTrue();
        continued.GetProperty("messages")[1].GetProperty("content").GetString().ShouldBe("one two");
        continued.GetProperty("max_tokens").GetInt32().ShouldBe(48);
        chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(3);
        Gateway.Ledger.All.Select(entry => (entry.Generation.Upstream, entry.Generation.Outcome, entry.Generation.Usage.OutputTokens))
            .ShouldBe([("a", GenerationOutcome.Failed, 2), ("b", GenerationOutcome.Completed, 1)]);
    }

    [Test]
    public async Task A_fallback_model_answers_when_no_route_of_the_model_can()
    {
        _settings.Remove("Gateway:Models:0:Routes:1:Upstream");
        _settings.Remove("Gateway:Models:0:Routes:1:Priority");
        _settings["Gateway:Models:0:Fallbacks:0"] = "n";
        _settings["Gateway:Models:1:Id"] = "n";
        _settings["Gateway:Models:1:Routes:0:Upstream"] = "b";
        _settings["Gateway:Models:1:OutputPrice"] = "1000000";
        _a.Always = Status(500);

        var (text, last, _) = await Gateway.AskAsync();

        text.ShouldBe("from b");
        last.ShouldNotBeNull().Model.ShouldBe("n");
        // Priced as what answered, not as what was asked for.
        last.Usage.ShouldNotBeNull().Cost.ShouldBe(1m);
    }

    [Test]
    public async Task Retry_after_is_honoured_without_asking_again()
    {
        _settings["Gateway:Models:0:Routes:1:Upstream"] = "a";
        _settings["Gateway:Models:0:Routes:1:Model"] = "m2";
        _a.Then(Status(429, "30"));

        var first = (await Gateway.AskAsync()).Failure.ShouldNotBeNull();
        var second = (await Gateway.AskAsync()).Failure.ShouldNotBeNull();

        first.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
        second.Failure.ShouldBe(UpstreamFailure.Overloaded);
        second.RetryAfter.ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
        _a.Requests.Count.ShouldBe(1);
    }

    [Test]
    public async Task A_short_retry_after_is_waited_for()
    {
        _settings["Gateway:QueuePatience"] = "00:00:03";
        _settings["Gateway:Models:0:Routes:1:Upstream"] = "a";
        _a.Then(Status(429, "1"));
        var clock = Stopwatch.StartNew();

        (await Gateway.AskAsync()).Text.ShouldBe("Hello world!");

        clock.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));
        _a.Requests.Count.ShouldBe(2);
    }

    [Test]
    public async Task An_open_breaker_is_passed_by_and_one_trial_closes_it()
    {
        _settings["Gateway:Breaker:MinimumCalls"] = "2";
        _settings["Gateway:Breaker:Break"] = "00:01:00";
        _a.Then(Status(500)).Then(Status(500));

        await Gateway.AskAsync();
        await Gateway.AskAsync();
        Gateway.Board["a"].Breaker.State.ShouldBe(BreakerState.Open);
        (await Gateway.AskAsync()).Last.ShouldNotBeNull().Upstream.ShouldBe("b");
        _a.Requests.Count.ShouldBe(2);

        _clock.Shift += Gateway.Board["a"].Breaker.Wait + TimeSpan.FromMilliseconds(20);
        (await Gateway.AskAsync()).Last.ShouldNotBeNull().Upstream.ShouldBe("a");
        Gateway.Board["a"].Breaker.State.ShouldBe(BreakerState.Closed);
    }

    [Test]
    public async Task Retries_stop_when_their_budget_is_spent()
    {
        _settings["Gateway:RetryBudget:Ratio"] = "0";
        _settings["Gateway:RetryBudget:Burst"] = "4";
        _settings["Gateway:Breaker:MinimumCalls"] = "1000";
        _a.Always = Status(500);
        _b.Always = Status(500);

        for (var i = 0; i < 10; i++)
            (await Gateway.AskAsync()).Failure.ShouldNotBeNull();

        (_a.Requests.Count + _b.Requests.Count).ShouldBe(14);
    }

    [Test]
    public async Task A_second_upstream_is_asked_when_the_first_is_slow_to_begin_and_the_slower_one_is_ended()
    {
        _settings["Gateway:HedgeAfter"] = "00:00:00.05";
        _a.Then(Hang());
        var clock = Stopwatch.StartNew();

        var (text, last, _) = await Gateway.AskAsync();

        text.ShouldBe("from b");
        last.ShouldNotBeNull().Upstream.ShouldBe("b");
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        Gateway.Board["a"].InFlight.ShouldBe(0);
        // What it read for nobody is on record.
        Gateway.Ledger.All.Select(entry => entry.Generation).ShouldContain(lost => lost.Purpose == "turn.hedged" && lost.Upstream == "a" && lost.Usage.InputTokens > 0);
        // Slow is not broken.
        Gateway.Board["a"].Breaker.State.ShouldBe(BreakerState.Closed);
    }

    [Test]
    public async Task The_draft_of_a_turn_is_continued_by_each_kind_in_its_own_way()
    {
        async Task<JsonElement> AskAsync()
        {
            await foreach (var _ in Gateway.Gateway.StreamChatAsync(
                new ModelRequest { Model = "m", Messages = [new ChatMessage(ChatRole.User, "hi")], User = "u", Draft = "so far" }, CancellationToken.None))
            {
            }

            return _a.Requests.Last();
        }

        var vllm = await AskAsync();
        vllm.GetProperty("continue_final_message").GetBoolean().ShouldBeTrue();
        vllm.GetProperty("messages").GetArrayLength().ShouldBe(2);

        Gateway.Set("Gateway:Upstreams:a:Kind", "OpenAI");
        var openAI = await AskAsync();
        openAI.TryGetProperty("continue_final_message", out _).ShouldBeFalse();
        openAI.TryGetProperty("cache_salt", out _).ShouldBeFalse();
        openAI.GetProperty("messages")[2].GetProperty("role").GetString().ShouldBe("system");
    }
}
