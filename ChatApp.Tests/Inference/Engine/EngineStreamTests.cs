using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Tests.Inference.Engine;

/// <summary>Answers of many at once: who leaves, who is slow, who waits, and how the engine drains.</summary>
public sealed class EngineStreamTests
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
        // The order in which the engine runs them: when each reader hears of its end is up to the thread pool.
        var started = new List<string>();
        harness.AfterStep = s => started.AddRange(s.Running.Select(r => r.Generation.Request.Id).Except(started).ToList());
        var many = Enumerable.Range(0, 20).Select(i => Run($"many {i}", "many", 10 + i)).ToArray();
        step.Allow(3);
        var one = Run("one", "one", 5);
        step.Allow(10_000);

        await Task.WhenAll([.. many, one]);

        started.Count.ShouldBe(21);
        started.IndexOf("one").ShouldBeLessThanOrEqualTo(8);

        Task Run(string id, string user, int first) => harness.Collect(EngineHarness.Request([first, 1, 2], 20, id) with { User = user });
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

        // Cut short is a failure, which a caller may repeat elsewhere, and no end.
        finish.ShouldBeOneOf(FinishReason.Error, FinishReason.Length);
    }
}
