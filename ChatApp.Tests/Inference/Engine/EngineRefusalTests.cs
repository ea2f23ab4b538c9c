using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Tokens;

namespace ChatApp.Tests.Inference.Engine;

/// <summary>What the engine refuses, and what it does when a step fails.</summary>
public sealed class EngineRefusalTests
{
    private static readonly int[] Prompt = [5, 6, 7];

    [Test]
    public async Task Requests_beyond_the_queue_bound_are_refused_with_the_numbers()
    {
        await using var harness = await EngineHarness.Start(EngineHarness.Options with { MaxWaiting = 2, MaxSequences = 1 });
        using var step = new SteppedRuns(harness.Runner);
        var taken = Enumerable.Range(0, 3).Select(i => harness.Tokens(EngineHarness.Request([i + 1], 3))).ToArray();

        var refused = await Should.ThrowAsync<RequestRefusedException>(harness.Tokens(EngineHarness.Request([8], 3)));
        step.Allow(1000);
        await Task.WhenAll(taken);

        refused.Kind.ShouldBe(RefusalKind.QueueFull);
        refused.RetryAfter.ShouldNotBeNull();
        refused.Message.ShouldContain("bound of 3");
    }

    [Test]
    public async Task A_request_that_waited_too_long_is_refused()
    {
        await using var harness = await EngineHarness.Start(EngineHarness.Options with { MaxSequences = 1, MaxQueueTime = TimeSpan.Zero });
        using var step = new SteppedRuns(harness.Runner);
        var first = harness.Engine.GenerateAsync(EngineHarness.Request(Prompt, 20), CancellationToken.None);

        // The first may be refused as well where it does not reach its lane in no time at all; one of the two is.
        var both = new[] { harness.Tokens(EngineHarness.Request(Prompt, 20)), harness.Tokens(EngineHarness.Request([1], 20)) };
        step.Allow(1000);
        var refused = await Should.ThrowAsync<RequestRefusedException>(Task.WhenAll(both));

        refused.Kind.ShouldBe(RefusalKind.QueueTimeout);
        refused.RetryAfter.ShouldNotBeNull();
    }

    [TestCase(300, 1, "The prompt has 300 tokens")]
    [TestCase(200, 100, "together 300, more than the 256")]
    public async Task A_request_that_can_never_fit_is_refused_with_the_numbers(int prompt, int tokens, string message)
    {
        await using var harness = await EngineHarness.Start();

        var refused = await Should.ThrowAsync<RequestRefusedException>(harness.Tokens(EngineHarness.Request([.. Enumerable.Repeat(1, prompt)], tokens)));

        refused.Kind.ShouldBe(RefusalKind.TooLong);
        refused.Message.ShouldContain(message);
    }

    [Test]
    public async Task Wrong_fields_are_refused_by_name()
    {
        await using var harness = await EngineHarness.Start();
        var good = EngineHarness.Request(Prompt, 5);
        (GenerationRequest Request, string Field)[] wrong =
        [
            (good with { Choices = 100_000 }, "n is 100000"),
            (good with { MaxTokens = 0 }, "max_tokens"),
            (good with { PromptTokens = [] }, "prompt is empty"),
            (good with { PromptTokens = [4, 50] }, "token 50"),
            (good with { PromptTokens = [-1] }, "token -1"),
            (good with { StopStrings = [.. Enumerable.Repeat("x", 100_000)] }, "stop has 100000"),
            (good with { StopStrings = [""] }, "0 characters"),
            (good with { Sampling = new SamplingParams { Temperature = float.NaN } }, "temperature"),
            (good with { Sampling = new SamplingParams { TopP = -0.5f } }, "top_p"),
            (good with { Sampling = new SamplingParams { LogitBias = new Dictionary<int, float> { [51] = 1 } } }, "logit_bias names token 51"),
            (good with { Sampling = new SamplingParams { LogitBias = Enumerable.Range(0, 2000).ToDictionary(i => i, _ => 1f) } }, "logit_bias has 2000"),
        ];

        foreach (var (request, field) in wrong)
        {
            var refused = await Should.ThrowAsync<RequestRefusedException>(harness.Tokens(request));
            refused.Kind.ShouldBe(RefusalKind.Invalid);
            refused.Message.ShouldContain(field);
        }
    }

    [Test]
    public async Task A_failed_step_is_retried_on_a_fresh_session_and_the_answer_is_whole()
    {
        await using var harness = await EngineHarness.Start();
        harness.Runner.OnRun = run =>
        {
            if (run == 12)
                throw new InvalidOperationException("The device fell off.");
        };

        var answers = await Task.WhenAll(harness.Tokens(EngineHarness.Request(Prompt, 30)), harness.Tokens(EngineHarness.Request([9], 30)));

        answers[0].ShouldBe(harness.Runner.Continuation(Prompt, 30));
        answers[1].ShouldBe(harness.Runner.Continuation([9], 30));
        harness.Runner.Restarts.ShouldBe(1);
        harness.Engine.Health.State.ShouldBe(EngineState.Ready);
    }

    [Test]
    public async Task A_request_that_fails_again_and_again_ends_with_an_error_and_the_engine_lives()
    {
        await using var harness = await EngineHarness.Start();
        harness.Runner.OnRun = run =>
        {
            if (run < 100)
                throw new InvalidOperationException("This prompt is poison.");
        };

        var chunks = await harness.Collect(EngineHarness.Request(Prompt, 30));
        harness.Runner.OnRun = _ => { };
        // The answer ends before the session is made anew.
        await Eventually.HoldsAsync(() => harness.Engine.Health.State == EngineState.Ready, "the engine is ready again");
        var after = await harness.Tokens(EngineHarness.Request([9], 30));

        chunks.Single(c => c.Finish is not null).Finish.ShouldBe(FinishReason.Error);
        chunks.Single(c => c.Finish is not null).Error.ShouldNotBeNull();
        after.ShouldBe(harness.Runner.Continuation([9], 30));
    }

    [Test]
    public async Task An_engine_that_cannot_restart_says_so_and_refuses_work()
    {
        await using var harness = await EngineHarness.Start();
        harness.Runner.OnRun = _ => throw new InvalidOperationException("Broken.");
        harness.Runner.OnRestart = () => throw new InvalidOperationException("Still broken.");

        var first = await Should.ThrowAsync<RequestRefusedException>(harness.Tokens(EngineHarness.Request(Prompt, 30)));
        var refused = await Should.ThrowAsync<RequestRefusedException>(harness.Tokens(EngineHarness.Request([9], 3)));

        first.Kind.ShouldBe(RefusalKind.Unhealthy);
        refused.Kind.ShouldBe(RefusalKind.Unhealthy);
        harness.Engine.Health.State.ShouldBe(EngineState.Unhealthy);
        harness.Engine.Health.Reason.ShouldNotBeNull().ShouldContain("Still broken.");
    }

    [Test]
    public async Task A_constraint_that_throws_ends_its_own_choice_only()
    {
        await using var harness = await EngineHarness.Start();
        var other = harness.Tokens(EngineHarness.Request([9], 30));

        var chunks = await harness.Collect(EngineHarness.Request(Prompt, 30) with { ConstraintFactory = () => new BrokenConstraint() });

        chunks.Single(c => c.Finish is not null).Finish.ShouldBe(FinishReason.Error);
        (await other).Count.ShouldBe(30);
    }

    private sealed class BrokenConstraint : ITokenConstraint
    {
        public bool IsComplete => false;

        public int TokensLeft { get; set; }

        public bool TryGetMask(Span<ulong> allowedBits) => throw new InvalidOperationException("Broken.");

        public void Accept(int token)
        {
            // Never reached.
        }
    }
}
