using ChatApp.Orchestrator.Metering;
using ChatApp.Tests.Orchestrator.Upstreams;
using static ChatApp.Tests.Orchestrator.Upstreams.Reply;

namespace ChatApp.Tests.Orchestrator.Gateway;

public sealed class AutoModelTests
{
    private static readonly string[] Words = ["one", " two", " three", " four", " five", " six"];

    private ModelServer _fast = null!;
    private ModelServer _capable = null!;
    private GatewayUnderTest _gateway = null!;

    [SetUp]
    public async Task Start()
    {
        _fast = await ModelServer.StartAsync();
        _capable = await ModelServer.StartAsync();
        _capable.Always = Answer("well considered");
        var settings = GatewayUnderTest.Over(_fast, _capable);
        settings["Gateway:Models:0:Id"] = "fast";
        settings["Gateway:Models:0:Tier"] = "fast";
        settings["Gateway:Models:0:Routes:1:Upstream"] = "a";
        settings["Gateway:Models:1:Id"] = "capable";
        settings["Gateway:Models:1:Routes:0:Upstream"] = "b";
        settings["Gateway:Auto:JudgedTokens"] = "4";
        settings["Gateway:RetryBudget:Ratio"] = "10";
        _gateway = GatewayUnderTest.Over(settings);
    }

    [TearDown]
    public async Task Stop()
    {
        await _gateway.DisposeAsync();
        await _fast.DisposeAsync();
        await _capable.DisposeAsync();
    }

    [Test]
    public async Task A_sure_answer_of_the_fast_model_is_shown_whole()
    {
        _fast.Then(WithLogProbability(-0.1, Words));

        var (text, last, _) = await _gateway.AskAsync(model: "auto");

        text.ShouldBe(string.Concat(Words));
        last.ShouldNotBeNull().Model.ShouldBe("fast");
        _fast.Requests.Single().GetProperty("logprobs").GetBoolean().ShouldBeTrue();
        _capable.Requests.ShouldBeEmpty();
    }

    [Test]
    public async Task An_unsure_beginning_is_never_shown_the_capable_model_answers_and_both_are_metered()
    {
        _fast.Then(WithLogProbability(-2.5, Words));

        var (text, last, _) = await _gateway.AskAsync(model: "auto");

        text.ShouldBe("well considered");
        last.ShouldNotBeNull().Model.ShouldBe("capable");
        var wasted = _gateway.Ledger.Single;
        wasted.Purpose.ShouldBe("turn.escalated");
        wasted.Model.ShouldBe("fast");
        wasted.Usage.OutputTokens.ShouldBe(4);
        wasted.Usage.Cost.ShouldBeGreaterThan(0);
    }

    [TestCase("I'm sorry, but I can't help with that.")]
    [TestCase("I don’t know.")]
    public async Task A_refusal_escalates(string refusal)
    {
        _fast.Always = WithLogProbability(-0.01, refusal);

        (await _gateway.AskAsync(model: "auto")).Text.ShouldBe("well considered");
    }

    [Test]
    public async Task A_long_prompt_goes_to_the_capable_model_at_once()
    {
        (await _gateway.AskAsync(new string('x', 20_000), model: "auto")).Last!.Model.ShouldBe("capable");

        _fast.Requests.ShouldBeEmpty();
    }

    [Test]
    public async Task A_failed_tool_call_goes_to_the_capable_model_at_once()
    {
        var body = new { model = "auto", stream = true, messages = new[] { new { role = "user", content = "2+2" }, new { role = "tool", content = "Error: no such function" } } };

        GatewayUnderTest.TextOf(await _gateway.ForwardAsync(body)).ShouldBe("well considered");

        _fast.Requests.ShouldBeEmpty();
    }

    [Test]
    public async Task A_fast_model_that_fails_gives_way()
    {
        _fast.Always = Status(500);

        (await _gateway.AskAsync(model: "auto")).Text.ShouldBe("well considered");
    }

    [Test]
    public async Task The_caller_does_not_see_log_probabilities_that_it_did_not_ask_for()
    {
        _fast.Then(WithLogProbability(-0.1, Words));

        var chunks = await _gateway.ForwardAsync(new { model = "auto", stream = true, messages = new[] { new { role = "user", content = "hi" } } });

        chunks.ShouldAllBe(chunk => !chunk.GetRawText().Contains("logprob\"", StringComparison.Ordinal));
        GatewayUnderTest.TextOf(chunks).ShouldBe(string.Concat(Words));
    }

    [Test]
    public async Task A_whole_answer_is_judged_as_well()
    {
        _fast.Always = Answer("I cannot do that");

        var answer = (await _gateway.ForwardAsync(new { model = "auto", messages = new[] { new { role = "user", content = "hi" } } })).Single();

        answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString().ShouldBe("well considered");
        _gateway.Ledger.All.Select(entry => (entry.Generation.Model, entry.Generation.Outcome))
            .ShouldBe([("fast", GenerationOutcome.Stopped), ("capable", GenerationOutcome.Completed)]);
    }
}
