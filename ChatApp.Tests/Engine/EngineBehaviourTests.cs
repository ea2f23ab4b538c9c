using ChatApp.Inference.Engine;

namespace ChatApp.Tests.Engine;

public sealed class EngineBehaviourTests
{
    private static readonly int[] Prompt = [5, 6, 7];

    [Test]
    public async Task Leaving_a_stream_frees_its_lane_within_one_step()
    {
        await using var harness = await EngineHarness.Start();
        using var step = new SteppedRuns(harness.Runner);
        var stream = harness.Engine.GenerateAsync(EngineHarness.Request(Prompt, 200), CancellationToken.None).GetAsyncEnumerator();
        step.Allow(2);
        await stream.MoveNextAsync();
        var seen = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);

        await stream.DisposeAsync();
        var runs = harness.Runner.Runs;
        harness.AfterStep = s => seen.TrySetResult(s.Running.Count);
        step.Allow(100);
        await harness.Tokens(EngineHarness.Request([9], 1));

        (await seen.Task).ShouldBeLessThanOrEqualTo(1);
        (harness.Runner.Runs - runs).ShouldBeLessThanOrEqualTo(3);
    }

    [Test]
    public async Task A_cancelled_caller_gets_OperationCanceledException_and_others_go_on()
    {
        await using var harness = await EngineHarness.Start();
        using var cancel = new CancellationTokenSource();
        var other = harness.Tokens(EngineHarness.Request([9, 9], 100));

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in harness.Engine.GenerateAsync(EngineHarness.Request(Prompt, 250), cancel.Token))
                await cancel.CancelAsync();
        });

        (await other).ShouldBe(harness.Runner.Continuation([9, 9], 100));
    }

    [Test]
    public async Task A_slow_reader_pauses_its_own_sequence_and_loses_nothing()
    {
        await using var harness = await EngineHarness.Start(EngineHarness.Options with { StreamBufferTokens = 4 });
        await using var slow = harness.Engine.GenerateAsync(EngineHarness.Request(Prompt, 60), CancellationToken.None).GetAsyncEnumerator();
        await slow.MoveNextAsync();
        var said = new List<int> { slow.Current.TokenId };

        (await harness.Tokens(EngineHarness.Request([9, 9], 100))).Count.ShouldBe(100);
        harness.Engine.Stats.GeneratedTokens.ShouldBeLessThan(100 + 10);
        while (await slow.MoveNextAsync())
        {
            if (slow.Current.TokenId >= 0)
                said.Add(slow.Current.TokenId);
        }

        said.ShouldBe(harness.Runner.Continuation(Prompt, 60));
    }

    [Test]
    public async Task Readers_that_are_behind_give_their_lanes_to_those_who_wait()
    {
        await using var harness = await EngineHarness.Start(EngineHarness.Options with { StreamBufferTokens = 2, MaxSequences = 1 });
        await using var slow = harness.Engine.GenerateAsync(EngineHarness.Request(Prompt, 60), CancellationToken.None).GetAsyncEnumerator();
        await slow.MoveNextAsync();

        (await harness.Tokens(EngineHarness.Request([9, 9], 20))).ShouldBe(harness.Runner.Continuation([9, 9], 20));
    }

    [Test]
    public async Task A_user_with_twenty_requests_does_not_starve_one_with_one()
    {
        await using var harness = await EngineHarness.Start();
        using var step = new SteppedRuns(harness.Runner);
        var order = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var many = Enumerable.Range(0, 20).Select(i => Run($"many {i}", "many", 10 + i)).ToArray();
        step.Allow(3);
        var one = Run("one", "one", 5);
        step.Allow(10_000);

        await Task.WhenAll([.. many, one]);

        order.TakeWhile(id => id != "one").Count().ShouldBeLessThanOrEqualTo(8);
        async Task Run(string id, string user, int first)
        {
            await harness.Collect(EngineHarness.Request([first, 1, 2], 20, id) with { User = user });
            order.Enqueue(id);
        }
    }

    [Test]
    public async Task Draining_finishes_what_runs_and_refuses_what_comes()
    {
        await using var harness = await EngineHarness.Start();
        using var step = new SteppedRuns(harness.Runner);
        var running = harness.Tokens(EngineHarness.Request(Prompt, 30));
        step.Allow(2);
        await step.Reached(2);

        var drained = harness.Engine.DrainAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        var refused = await Should.ThrowAsync<RequestRefusedException>(harness.Tokens(EngineHarness.Request([1], 1)));
        step.Allow(1000);
        await drained;

        refused.Kind.ShouldBe(RefusalKind.Draining);
        (await running).Count.ShouldBe(30);
        harness.Engine.Health.State.ShouldBe(EngineState.Stopped);
    }

    [Test]
    public async Task Draining_past_its_bound_ends_what_still_runs()
    {
        await using var harness = await EngineHarness.Start();
        var slow = harness.Engine.GenerateAsync(EngineHarness.Request(Prompt, 250), CancellationToken.None).GetAsyncEnumerator();
        await slow.MoveNextAsync();

        await harness.Engine.DrainAsync(TimeSpan.Zero, CancellationToken.None);
        FinishReason? finish = null;
        while (await slow.MoveNextAsync())
            finish = slow.Current.Finish ?? finish;

        finish.ShouldBeOneOf(FinishReason.Cancelled, FinishReason.Length);
    }

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
            (good with { Sampling = new SamplingParams { TopP = 0 } }, "top_p"),
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

        var chunks = await harness.Collect(EngineHarness.Request(Prompt, 30));
        var refused = await Should.ThrowAsync<RequestRefusedException>(harness.Tokens(EngineHarness.Request([9], 3)));

        chunks.Single(c => c.Finish is not null).Finish.ShouldBe(FinishReason.Error);
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

    [Test]
    public async Task Several_answers_prefill_their_prompt_once()
    {
        await using var harness = await EngineHarness.Start(EngineHarness.Options with { PrefixCacheBytes = 0 });
        var warm = harness.Runner.PrefilledTokens;
        int[] prompt = [.. Enumerable.Range(1, 40)];

        var chunks = await harness.Collect(EngineHarness.Request(prompt, 10) with { Choices = 4 });

        (harness.Runner.PrefilledTokens - warm).ShouldBe(40);
        foreach (var choice in chunks.Where(c => c.TokenId >= 0).GroupBy(c => c.Choice))
            choice.Select(c => c.TokenId).ShouldBe(harness.Runner.Continuation(prompt, 10));
        var summary = chunks[^1].Summary.ShouldNotBeNull();
        (summary.PromptTokens, summary.CompletionTokens).ShouldBe((40, 40));
    }

    [Test]
    public async Task The_next_turn_of_a_conversation_prefills_only_what_is_new()
    {
        await using var harness = await EngineHarness.Start();
        int[] first = [.. Enumerable.Range(1, 20)];
        var answer = await harness.Tokens(EngineHarness.Request(first, 12));
        var before = harness.Runner.PrefilledTokens;

        var chunks = await harness.Collect(EngineHarness.Request([.. first, .. answer, 3, 4, 5], 5));

        chunks[^1].Summary.ShouldNotBeNull().CachedTokens.ShouldBe(28);
        (harness.Runner.PrefilledTokens - before).ShouldBe(35 - 28);
    }

    [Test]
    public async Task Another_tenant_prefills_the_same_prompt_itself()
    {
        await using var harness = await EngineHarness.Start();
        int[] prompt = [.. Enumerable.Range(1, 20)];
        await harness.Tokens(EngineHarness.Request(prompt, 2) with { Tenant = "a" });

        var chunks = await harness.Collect(EngineHarness.Request(prompt, 2) with { Tenant = "b" });

        chunks[^1].Summary.ShouldNotBeNull().CachedTokens.ShouldBe(0);
    }

    [Test]
    public async Task A_seed_gives_the_same_text_alone_and_in_company()
    {
        await using var harness = await EngineHarness.Start();
        var sampled = EngineHarness.Request(Prompt, 40) with { Sampling = new SamplingParams { Temperature = 1.3f, TopP = 0.95f, Seed = 77 } };
        var alone = await harness.Tokens(sampled);

        var together = await Task.WhenAll([.. Enumerable.Range(1, 6).Select(i => harness.Tokens(EngineHarness.Request([i], 30))), harness.Tokens(sampled)]);
        var otherSeed = await harness.Tokens(sampled with { Sampling = sampled.Sampling with { Seed = 78 } });

        together[^1].ShouldBe(alone);
        otherSeed.ShouldNotBe(alone);
        alone.ShouldNotBe(harness.Runner.Continuation(Prompt, 40));
    }

    [Test]
    public async Task Choices_of_one_seed_differ_from_each_other()
    {
        await using var harness = await EngineHarness.Start();

        var chunks = await harness.Collect(EngineHarness.Request(Prompt, 20) with { Choices = 2, Sampling = new SamplingParams { Temperature = 2, Seed = 1 } });

        chunks.Where(c => c.Choice == 0 && c.TokenId >= 0).Select(c => c.TokenId).ShouldNotBe(chunks.Where(c => c.Choice == 1 && c.TokenId >= 0).Select(c => c.TokenId));
    }

    [Test]
    public async Task A_stop_string_across_tokens_ends_the_answer_before_it()
    {
        await using var harness = await EngineHarness.Start();
        var full = string.Concat(harness.Runner.Continuation(Prompt, 30).Select(LetterText.Letter));
        var stop = full[10..13];

        var chunks = await harness.Collect(EngineHarness.Request(Prompt, 30) with { StopStrings = [stop] });

        var text = string.Concat(chunks.Select(c => c.Text));
        text.ShouldBe(full[..full.IndexOf(stop, StringComparison.Ordinal)]);
        var last = chunks.Single(c => c.Finish is not null);
        (last.Finish, last.MatchedStop).ShouldBe((FinishReason.Stop, stop));
    }

    [Test]
    public async Task End_of_sequence_and_stop_tokens_end_the_answer_without_their_text()
    {
        await using var harness = await EngineHarness.Start(configure: runner => runner.Next = text => text.Count < 8 ? 4 : text.Count == 8 ? 0 : 6);

        var atEos = await harness.Collect(EngineHarness.Request(Prompt, 30));
        var past = await harness.Collect(EngineHarness.Request(Prompt, 30) with { IgnoreEos = true });
        var atStop = await harness.Collect(EngineHarness.Request(Prompt, 30) with { StopTokens = [4] });

        (Text(atEos), atEos[^2].Finish).ShouldBe(("eeeee", FinishReason.Stop));
        atEos[^1].Summary.ShouldNotBeNull().CompletionTokens.ShouldBe(6);
        Text(past).Length.ShouldBe(30);
        (Text(atStop), atStop[^2].Finish).ShouldBe(("", FinishReason.Stop));
        static string Text(List<GenerationChunk> chunks) => string.Concat(chunks.Select(c => c.Text));
    }

    [Test]
    public async Task Without_max_tokens_the_answer_ends_where_the_context_does()
    {
        await using var harness = await EngineHarness.Start();

        var chunks = await harness.Collect(EngineHarness.Request(Prompt, 1) with { MaxTokens = null });

        chunks.Count(c => c.TokenId >= 0).ShouldBe(256 - Prompt.Length);
        chunks.Single(c => c.Finish is not null).Finish.ShouldBe(FinishReason.Length);
    }

    [Test]
    public async Task A_running_answer_waits_at_most_one_chunk_while_a_long_prompt_is_prefilled()
    {
        await using var harness = await EngineHarness.Start();
        using var step = new SteppedRuns(harness.Runner);
        var runs = new List<int>();
        var decoding = Task.Run(async () =>
        {
            await foreach (var chunk in harness.Engine.GenerateAsync(EngineHarness.Request([7], 60), CancellationToken.None))
            {
                if (chunk.TokenId >= 0)
                    runs.Add(harness.Runner.Runs);
            }
        });
        step.Allow(5);
        await step.Reached(5);
        var longPrompt = harness.Tokens(EngineHarness.Request([.. Enumerable.Range(0, 160).Select(i => 1 + i % 40)], 2));
        step.Allow(10_000);

        await Task.WhenAll(decoding, longPrompt);

        // 20 chunks of 8: every one has a decode before it, so the 60 tokens and 20 chunks interleave.
        harness.Runner.Runs.ShouldBeLessThanOrEqualTo(3 + 60 + 20 + 2);
        runs.Count.ShouldBe(60);
    }

    [Test]
    public async Task Drafts_change_no_answer_and_save_runs_where_text_repeats()
    {
        int[] cycle = [3, 1, 4, 1, 5, 9, 2, 6];
        await using var harness = await EngineHarness.Start(
            EngineHarness.Options with { DraftTokens = 4 }, runner => runner.Next = text => cycle[text.Count % cycle.Length]);
        var before = harness.Runner.Runs;

        var tokens = await harness.Tokens(EngineHarness.Request([1, 2, 3], 120));

        tokens.ShouldBe(harness.Runner.Continuation([1, 2, 3], 120));
        harness.Engine.Stats.AcceptedDraftTokens.ShouldBeGreaterThan(0);
        (harness.Runner.Runs - before).ShouldBeLessThan(120);
    }

    private sealed class BrokenConstraint : ITokenConstraint
    {
        public bool IsComplete => false;

        public bool TryGetMask(Span<ulong> allowedBits) => throw new InvalidOperationException("Broken.");

        public void Accept(int token)
        {
            // Never reached.
        }
    }
}
