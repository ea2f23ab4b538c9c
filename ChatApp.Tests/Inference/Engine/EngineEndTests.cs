using ChatApp.Inference.Engine;
using ChatApp.Inference.Engine.Requests;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Tests.Inference.Engine;

/// <summary>Every request that is handed in is answered, whatever happens to the engine meanwhile.</summary>
public sealed class EngineEndTests
{
    private static readonly int[] Prompt = [5, 6, 7];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task A_request_that_is_handed_in_after_the_engine_has_stopped_is_refused()
    {
        await using var harness = await EngineHarness.Start();
        // Called between the look at the engine's health and the handing in.
        var request = EngineHarness.Request(Prompt, 3) with
        {
            ConstraintFactory = () =>
            {
                harness.Engine.DrainAsync(TimeSpan.Zero, CancellationToken.None).Wait(Patience);
                return null;
            },
        };

        var refused = await Should.ThrowAsync<RequestRefusedException>(harness.Collect(request).WaitAsync(Patience));

        refused.Kind.ShouldBe(RefusalKind.Draining);
        harness.Engine.Health.State.ShouldBe(EngineState.Stopped);
    }

    [Test]
    public async Task What_waits_when_the_engine_stops_is_refused_and_what_runs_ends_with_an_error()
    {
        await using var harness = await EngineHarness.Start(EngineHarness.Options with { MaxSequences = 1 });
        using var step = new SteppedRuns(harness.Runner);
        var running = harness.Collect(EngineHarness.Request(Prompt, 200));
        step.Allow(3);
        await step.Reached(3);
        var waiting = harness.Collect(EngineHarness.Request([9], 3));

        var drained = harness.Engine.DrainAsync(TimeSpan.Zero, CancellationToken.None);
        step.Allow(1);
        await drained;

        (await Should.ThrowAsync<RequestRefusedException>(waiting.WaitAsync(Patience))).Kind.ShouldBe(RefusalKind.Draining);
        var chunks = await running.WaitAsync(Patience);
        chunks.Single(chunk => chunk.Finish is not null).Finish.ShouldBe(FinishReason.Error);
        chunks[^1].Summary.ShouldNotBeNull().CompletionTokens.ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task A_reader_may_leave_after_the_engine_is_gone()
    {
        await using var harness = await EngineHarness.Start(EngineHarness.Options with { StreamBufferTokens = 4 });
        var reader = harness.Engine.GenerateAsync(EngineHarness.Request(Prompt, 60), CancellationToken.None).GetAsyncEnumerator();
        await reader.MoveNextAsync();
        await Eventually.HoldsAsync(() => harness.Engine.Stats.Paused == 1, "the reader is behind");

        await harness.Engine.DisposeAsync();

        await Should.NotThrowAsync(async () => await reader.DisposeAsync());
    }

    [Test]
    public async Task An_account_that_does_not_add_up_ends_what_runs_and_the_engine_goes_on()
    {
        await using var harness = await EngineHarness.Start();
        var broken = false;
        harness.AfterStep = sequences =>
        {
            if (broken)
                return;
            broken = true;
            sequences.Running[0].Lane = 3;
        };

        var chunks = await harness.Collect(EngineHarness.Request(Prompt, 2)).WaitAsync(Patience);
        await Eventually.HoldsAsync(() => harness.Engine.Health.State == EngineState.Ready, "the engine is ready again");
        var after = await harness.Tokens(EngineHarness.Request([9], 30)).WaitAsync(Patience);

        chunks.Single(chunk => chunk.Finish is not null).Error.ShouldNotBeNull();
        after.ShouldBe(harness.Runner.Continuation([9], 30));
    }

    [Test]
    public async Task A_step_that_fails_is_recovered_from_also_when_the_account_of_lanes_does_not_add_up()
    {
        await using var harness = await EngineHarness.Start();
        var second = harness.Runner.Runs + 2;
        harness.AfterStep = sequences =>
        {
            if (sequences.Running.Count > 0 && harness.Runner.Restarts == 0)
                sequences.Running[0].Lane = 3;
        };
        harness.Runner.OnRun = run =>
        {
            if (run == second)
                throw new InvalidOperationException("The device fell off.");
        };

        // Its second chunk fails: prompts are computed eight tokens at a time.
        int[] prompt = [.. Enumerable.Range(1, 20)];
        (await harness.Tokens(EngineHarness.Request(prompt, 20)).WaitAsync(Patience)).ShouldBe(harness.Runner.Continuation(prompt, 20));
    }

    [Test]
    public async Task An_engine_that_fails_before_every_step_gives_its_requests_up()
    {
        var clock = new BrokenClock();
        await using var harness = await EngineHarness.Start(time: clock);
        clock.IsBroken = true;

        var refused = await Should.ThrowAsync<RequestRefusedException>(harness.Collect(EngineHarness.Request(Prompt, 3)).WaitAsync(Patience));
        clock.IsBroken = false;
        await Eventually.HoldsAsync(() => harness.Engine.Health.State == EngineState.Ready, "the engine is ready again");

        refused.Kind.ShouldBe(RefusalKind.Unhealthy);
        (await harness.Tokens(EngineHarness.Request(Prompt, 5))).Count.ShouldBe(5);
    }

    [Test]
    public async Task An_engine_that_is_drained_while_it_loads_never_begins()
    {
        var options = EngineHarness.Options;
        var runner = new ScriptedRunner(options);
        using var loading = new ManualResetEventSlim();
        await using var engine = new InferenceEngine(options, new LetterText(runner.Model.VocabularySize), NullLogger<InferenceEngine>.Instance, null, () =>
        {
            loading.Wait(Patience);
            return runner;
        });
        var started = engine.StartAsync(CancellationToken.None);

        await engine.DrainAsync(TimeSpan.Zero, CancellationToken.None);
        loading.Set();

        await Should.ThrowAsync<OperationCanceledException>(started.WaitAsync(Patience));
        runner.IsDisposed.ShouldBeTrue();
        engine.Health.State.ShouldBe(EngineState.Unhealthy);
    }

    private sealed class BrokenClock : TimeProvider
    {
        private volatile bool _broken;

        public bool IsBroken { set => _broken = value; }

        public override long GetTimestamp() =>
            _broken && Thread.CurrentThread.Name is { } name && name.StartsWith("engine", StringComparison.Ordinal) ? throw new InvalidOperationException("No time.") : base.GetTimestamp();
    }
}
