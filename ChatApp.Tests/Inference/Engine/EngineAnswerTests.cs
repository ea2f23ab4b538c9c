using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Tests.Inference.Engine;

/// <summary>What an answer is: prompts shared, seeds, stops, drafts.</summary>
public sealed class EngineAnswerTests
{
    private static readonly int[] Prompt = [5, 6, 7];

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
}
