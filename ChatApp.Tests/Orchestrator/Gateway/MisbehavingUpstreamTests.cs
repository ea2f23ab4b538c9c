using System.Diagnostics;
using System.Text.Json;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Metering;
using ChatApp.Tests.Orchestrator.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using static ChatApp.Tests.Orchestrator.Upstreams.Reply;

namespace ChatApp.Tests.Orchestrator.Gateway;

/// <summary>Every way in which an upstream can go wrong ends as documented, within its timeout.</summary>
public sealed class MisbehavingUpstreamTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);

    private ModelServer _server = null!;
    private GatewayUnderTest _gateway = null!;

    [SetUp]
    public async Task Start()
    {
        _server = await ModelServer.StartAsync();
        var settings = GatewayUnderTest.Over(_server);
        settings["Gateway:Attempts"] = "1";
        settings["Gateway:Breaker:MinimumCalls"] = "1";
        _gateway = GatewayUnderTest.Over(settings);
    }

    [TearDown]
    public async Task Stop()
    {
        await _gateway.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static IEnumerable<TestCaseData> BeforeTheFirstToken()
    {
        yield return Case("500", Status(500), UpstreamFailure.Unreachable, BreakerState.Open);
        yield return Case("reset before the headers", ResetAfter(), UpstreamFailure.Unreachable, BreakerState.Open);
        yield return Case("429", Status(429, "7"), UpstreamFailure.Overloaded, BreakerState.Closed);
        yield return Case("503", Status(503), UpstreamFailure.Overloaded, BreakerState.Closed);
        yield return Case("400", Status(400, error: "too long"), UpstreamFailure.Refused, BreakerState.Closed);
        yield return Case("401", Status(401), UpstreamFailure.Misconfigured, BreakerState.Open);
        yield return Case("redirect", Status(302), UpstreamFailure.Misconfigured, BreakerState.Open);
        yield return Case("no headers", Hang(), UpstreamFailure.TimedOut, BreakerState.Open);
        yield return Case("headers, no event", Hang(withHeaders: true), UpstreamFailure.TimedOut, BreakerState.Open);
        yield return Case("a chunk without content, no token", Hang(withHeaders: true, withEmptyChunk: true), UpstreamFailure.TimedOut, BreakerState.Open);
        yield return Case("keep-alives, no token", CommentsAfter(), UpstreamFailure.TimedOut, BreakerState.Open);
        yield return Case("a trickle of bytes", Trickle(), UpstreamFailure.TimedOut, BreakerState.Open);
        yield return Case("HTML", Raw("text/html", "<h1>It works</h1>"), UpstreamFailure.Malformed, BreakerState.Open);
        yield return Case("SSE that is no JSON", Raw("text/event-stream", "data: hello\n\n"), UpstreamFailure.Malformed, BreakerState.Open);
        yield return Case("SSE of other JSON", Raw("text/event-stream", "data: [1,2]\n\n"), UpstreamFailure.Malformed, BreakerState.Open);
        yield return Case("an answer without content", Raw("text/event-stream", "data: [DONE]\n\n"), UpstreamFailure.Malformed, BreakerState.Open);
        yield return Case("nothing at all", Raw("text/event-stream", ""), UpstreamFailure.BrokeOff, BreakerState.Open);
        yield return Case("an event without end", EndlessLine(), UpstreamFailure.Malformed, BreakerState.Open);
        yield return Case("an error as first event", Raw("text/event-stream", "data: {\"error\":{\"message\":\"out of memory\"}}\n\n"), UpstreamFailure.BrokeOff, BreakerState.Open);

        static TestCaseData Case(string name, Func<HttpContext, JsonElement, Task> behaviour, UpstreamFailure failure, BreakerState breaker) =>
            new TestCaseData(behaviour, failure, breaker).SetName($"Before the first token: {name} is {failure}");
    }

    [TestCaseSource(nameof(BeforeTheFirstToken))]
    public async Task Before_the_first_token(Func<HttpContext, JsonElement, Task> behaviour, UpstreamFailure failure, BreakerState breaker)
    {
        _server.Then(behaviour);
        if (failure == UpstreamFailure.TimedOut)
            _gateway.Set("Gateway:FirstTokenTimeout", "00:00:00.4");
        var clock = Stopwatch.StartNew();

        var (text, last, thrown) = await _gateway.AskAsync();

        clock.Elapsed.ShouldBeLessThan(Soon);
        thrown.ShouldNotBeNull().Failure.ShouldBe(failure);
        text.ShouldBeEmpty();
        last.ShouldBeNull();
        _gateway.Board["a"].Breaker.State.ShouldBe(breaker);
        _gateway.Board["a"].InFlight.ShouldBe(0);
        _server.Requests.Count.ShouldBe(1);
        _gateway.Ledger.All.ShouldBeEmpty();
    }

    private static IEnumerable<TestCaseData> InTheMiddle()
    {
        yield return Case("silence", SilentAfter("one", " two"), UpstreamFailure.TimedOut);
        yield return Case("keep-alives only", CommentsAfter("one", " two"), UpstreamFailure.TimedOut);
        yield return Case("a reset", ResetAfter("one", " two"), UpstreamFailure.BrokeOff);
        yield return Case("an end without [DONE]", EndsAfter("one", " two"), UpstreamFailure.BrokeOff);

        static TestCaseData Case(string name, Func<HttpContext, JsonElement, Task> behaviour, UpstreamFailure failure) =>
            new TestCaseData(behaviour, failure).SetName($"In the middle: {name} is {failure}, the text stays and is metered");
    }

    [TestCaseSource(nameof(InTheMiddle))]
    public async Task In_the_middle(Func<HttpContext, JsonElement, Task> behaviour, UpstreamFailure failure)
    {
        _server.Then(behaviour);
        if (failure == UpstreamFailure.TimedOut)
            _gateway.Set("Gateway:TokenTimeout", "00:00:00.5");
        var clock = Stopwatch.StartNew();

        var (text, last, thrown) = await _gateway.AskAsync();

        clock.Elapsed.ShouldBeLessThan(Soon);
        // A reset may overtake what was sent just before it.
        "one two".ShouldStartWith(text);
        thrown.ShouldNotBeNull().MayContinue.ShouldBeTrue();
        if (text.Length > 0)
            thrown.Failure.ShouldBe(failure);
        if (text == "one two")
            last.ShouldNotBeNull().Usage.ShouldNotBeNull().OutputTokens.ShouldBe(2);
        _gateway.Board["a"].Breaker.State.ShouldBe(BreakerState.Open);
        _server.Requests.Count.ShouldBe(1);
    }

    [Test]
    public async Task An_endless_answer_is_cut_where_no_answer_can_go_on()
    {
        _gateway.Set("Gateway:Models:0:ContextWindow", "200");
        _server.Then(Endless());

        var (text, last, failure) = await _gateway.AskAsync();

        failure.ShouldNotBeNull().Failure.ShouldBe(UpstreamFailure.RanAway);
        failure.MayContinue.ShouldBeFalse();
        text.Length.ShouldBe("again ".Length * 216);
        last.ShouldNotBeNull().Usage.ShouldNotBeNull().OutputTokens.ShouldBe(216);
    }

    [Test]
    public async Task An_answer_that_takes_too_long_as_a_whole_is_cut()
    {
        _gateway.Set("Gateway:AnswerTimeout", "00:00:00.5");
        _gateway.Set("Gateway:Models:0:ContextWindow", "100000000");
        _server.Then(Endless());

        var (_, last, failure) = await _gateway.AskAsync();

        failure.ShouldNotBeNull().Failure.ShouldBe(UpstreamFailure.RanAway);
        last.ShouldNotBeNull();
    }

    [Test]
    public async Task Malformed_chunks_in_the_middle_are_never_passed_on()
    {
        _server.Then(Raw("text/event-stream", "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"one\"}}]}\n\ndata: {oops\n\n"));
        var seen = new List<string>();

        var failure = await Should.ThrowAsync<UpstreamException>(async () =>
        {
            await foreach (var chunk in _gateway.Forwarding.ForwardAsync("u", "chat.completions", """{"model":"m","stream":true,"tools":[],"messages":[]}"""u8.ToArray(), CancellationToken.None))
                seen.Add(System.Text.Encoding.UTF8.GetString(chunk.Span));
        });

        failure.Failure.ShouldBe(UpstreamFailure.Malformed);
        seen.Count.ShouldBe(1);
        _gateway.Ledger.Single.Outcome.ShouldBe(GenerationOutcome.Failed);
        _gateway.Ledger.Single.Usage.OutputTokens.ShouldBe(1);
    }

    [TestCase("not json", UpstreamFailure.Malformed)]
    [TestCase("[]", UpstreamFailure.Malformed)]
    [TestCase("{\"hello\":1}", UpstreamFailure.Malformed)]
    public async Task A_whole_answer_that_is_none_is_not_passed_on(string body, UpstreamFailure expected)
    {
        _server.Then(Raw("application/json", body));

        var failure = await Should.ThrowAsync<UpstreamException>(() => _gateway.ForwardAsync(new { model = "m", messages = Array.Empty<object>() }));

        failure.Failure.ShouldBe(expected);
        _gateway.Ledger.All.ShouldBeEmpty();
    }

    [Test]
    public async Task Nothing_is_listening_is_told_at_once()
    {
        await _server.DisposeAsync();
        var clock = Stopwatch.StartNew();

        var (_, _, failure) = await _gateway.AskAsync();

        failure.ShouldNotBeNull().Failure.ShouldBe(UpstreamFailure.Unreachable);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(3));
    }

    [Test]
    public async Task A_missing_done_after_the_finish_reason_is_forgiven()
    {
        _server.Then(Raw("text/event-stream", "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"one\"},\"finish_reason\":\"stop\"}]}\n\n"));

        var (text, _, failure) = await _gateway.AskAsync();

        failure.ShouldBeNull();
        text.ShouldBe("one");
        _gateway.Board["a"].Breaker.State.ShouldBe(BreakerState.Closed);
    }

    [TestCase(UpstreamFailure.Unreachable)]
    [TestCase(UpstreamFailure.BrokeOff)]
    [TestCase(UpstreamFailure.Malformed)]
    public void What_the_gateway_has_tried_on_every_route_is_not_repeated_by_its_clients(UpstreamFailure failure) =>
        ChatApp.Orchestrator.Grpc.Refusals.ToRpc(new UpstreamException("a", failure, "No.")).StatusCode.ShouldBe(global::Grpc.Core.StatusCode.Internal);

    [TestCase("abort")]
    [TestCase("cancelled")]
    public async Task A_server_that_gives_up_has_not_answered(string reason)
    {
        _server.Then(Raw("text/event-stream", "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"one\"}}]}\n\n"
            + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason + "\"}]}\n\ndata: [DONE]\n\n"));

        var (text, _, failure) = await _gateway.AskAsync();

        text.ShouldBe("one");
        failure.ShouldNotBeNull().Failure.ShouldBe(UpstreamFailure.BrokeOff);
        failure.MayContinue.ShouldBeTrue();
    }

    [Test]
    public async Task Of_several_choices_the_first_to_end_does_not_end_the_answer()
    {
        _server.Then(Raw("text/event-stream", "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"one\"},\"finish_reason\":\"stop\"}]}\n\n"));

        var failure = await Should.ThrowAsync<UpstreamException>(async () =>
        {
            await foreach (var _ in _gateway.Forwarding.ForwardAsync("u", "chat.completions", """{"model":"m","n":2,"stream":true,"messages":[]}"""u8.ToArray(), CancellationToken.None))
            {
            }
        });

        failure.Failure.ShouldBe(UpstreamFailure.BrokeOff);
    }

    [Test]
    public async Task A_caller_that_leaves_ends_the_generation_and_blames_no_one()
    {
        _server.Then(SilentAfter("one"));
        using var leaving = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in _gateway.Gateway.StreamChatAsync(new ModelRequest { Model = "m", Messages = [new ChatMessage(ChatRole.User, "hi")], User = "u" }, leaving.Token))
                await leaving.CancelAsync();
        });

        await Eventually(() => _server.Abandoned == 1);
        _gateway.Board["a"].Breaker.State.ShouldBe(BreakerState.Closed);
        _gateway.Board["a"].InFlight.ShouldBe(0);
    }

    [Test]
    public async Task What_an_upstream_says_of_the_request_reaches_the_caller_and_what_it_says_of_itself_does_not()
    {
        _server.Then(Status(400, error: "max_tokens is too large")).Then(Status(500, error: "db01.internal is down")).Then(Status(401, error: "Incorrect API key sk-123"));

        (await _gateway.AskAsync()).Failure!.ToError().Message.ShouldBe("max_tokens is too large");
        (await _gateway.AskAsync()).Failure!.ToError().Message.ShouldNotContain("db01");
        _gateway.Set("Gateway:Breaker:Break", "00:00:00.05");
        (await _gateway.AskAsync()).Failure!.ToError().Message.ShouldNotContain("sk-");
    }

    private static async Task Eventually(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            clock.Elapsed.ShouldBeLessThan(Soon);
            await Task.Yield();
        }
    }
}
