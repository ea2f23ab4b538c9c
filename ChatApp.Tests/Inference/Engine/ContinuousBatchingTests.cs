using ChatApp.Inference.Engine.Requests;
using FsCheck;
using FsCheck.Fluent;

namespace ChatApp.Tests.Inference.Engine;

/// <summary>Sequences join and leave at random; each must say exactly what it would have said alone.</summary>
public sealed class ContinuousBatchingTests
{
    private sealed record Job(int[] Prompt, int Tokens, int User, bool Background, int Choices, bool Cancel, int StartAfterRuns);

    [Test]
    public void Any_mix_of_requests_gives_what_each_gives_alone([Values] bool prefixCache, [Values] bool preemption, [Values] bool drafts)
    {
        var job =
            from shared in Gen.Choose(0, 2)
            from own in Gen.Choose(1, 40)
            from tokens in Gen.Choose(1, 30)
            from user in Gen.Choose(0, 3)
            from background in Gen.Choose(0, 3)
            from choices in Gen.Frequency((4, Gen.Constant(1)), (1, Gen.Choose(2, 3)))
            from cancel in Gen.Choose(0, 7)
            from start in Gen.Choose(0, 30)
            select new Job([.. Enumerable.Range(1, shared * 9), .. Enumerable.Range(own, own).Select(t => 1 + t % 40)], tokens, user, background == 0, choices, cancel == 0, start);
        var mixes = from count in Gen.Choose(1, 32) from jobs in job.ArrayOf(count) select jobs;

        Prop.ForAll(mixes.ToArbitrary(), jobs =>
        {
            RunMix(jobs, prefixCache, preemption, drafts).GetAwaiter().GetResult();
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(12));
    }

    private static async Task RunMix(Job[] jobs, bool prefixCache, bool preemption, bool drafts)
    {
        var options = EngineHarness.Options with
        {
            PrefixCacheBytes = prefixCache ? 1 : 0,
            FairnessWait = preemption ? TimeSpan.Zero : TimeSpan.FromHours(1),
            DraftTokens = drafts ? 3 : 0,
            MaxSequences = 1 + jobs.Length % 5,
        };
        await using var harness = await EngineHarness.Start(options);
        var starts = jobs.Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        harness.AfterStep = _ => Release(harness.Runner.Runs);
        var running = jobs.Select((job, i) => RunJob(harness, job, starts[i].Task)).ToArray();
        for (var i = 0; i < jobs.Length; i++)
        {
            // Somebody has to be first; and when everybody there has finished, no step comes to release the next.
            starts[i].TrySetResult();
            await running[i];
        }

        await Task.WhenAll(running);
        void Release(int runs)
        {
            for (var i = 0; i < jobs.Length; i++)
            {
                if (jobs[i].StartAfterRuns <= runs)
                    starts[i].TrySetResult();
            }
        }
    }

    private static async Task RunJob(EngineHarness harness, Job job, Task start)
    {
        await start;
        var expected = harness.Runner.Continuation(job.Prompt, job.Tokens);
        var request = EngineHarness.Request(job.Prompt, job.Tokens) with
        {
            User = $"user {job.User}",
            Priority = job.Background ? RequestPriority.Background : RequestPriority.Interactive,
            Choices = job.Choices,
        };
        var said = new List<int>[job.Choices];
        for (var i = 0; i < said.Length; i++)
            said[i] = [];
        GenerationSummary? summary = null;
        await foreach (var chunk in harness.Engine.GenerateAsync(request, CancellationToken.None))
        {
            summary = chunk.Summary ?? summary;
            if (chunk.TokenId >= 0)
                said[chunk.Choice].Add(chunk.TokenId);
            chunk.Text.ShouldBe(chunk.TokenId < 0 ? "" : LetterText.Letter(chunk.TokenId));
            if (job.Cancel && said[0].Count >= job.Tokens / 2)
                break;
        }

        if (job.Cancel)
        {
            foreach (var tokens in said)
                tokens.ShouldBe(expected[..tokens.Count]);
            return;
        }

        foreach (var tokens in said)
            tokens.ShouldBe(expected);
        summary.ShouldNotBeNull().CompletionTokens.ShouldBe(job.Tokens * job.Choices);
    }
}
