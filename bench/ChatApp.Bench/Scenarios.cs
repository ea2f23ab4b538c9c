using System.Diagnostics;
using ChatApp.Inference.Engine;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Models;

namespace ChatApp.Bench;

/// <summary>The figures that are not throughput.</summary>
internal static class Scenarios
{
    /// <summary>Time to first token with a cached prefix of 2,000 tokens, as a share of the time without.</summary>
    public static async Task Prefix(InferenceEngine engine, int rounds, BenchReport report)
    {
        const int Shared = 2000;
        var ratios = new List<double>();
        var note = "";
        for (var round = 0; round < rounds; round++)
        {
            var prefix = Prompts.Tokens(Shared, 1000 + round);
            var cold = await FirstToken(engine, [.. prefix, .. Prompts.Tokens(12, 1)]);
            var hot = BenchReport.Median(await Each(5, i => FirstToken(engine, [.. prefix, .. Prompts.Tokens(12, 2 + i)])));
            ratios.Add(hot / cold);
            note = $"cold {cold:0} ms, shared {hot:0} ms";
        }

        report.Hold("TTFT with a 2,000-token shared prefix / cold", BenchReport.Median(ratios), 0.05, atLeast: false, note);
    }

    /// <summary>The longest gap of a decode while a prompt of 4,000 tokens is prefilled, in units of one chunk plus two steps.</summary>
    public static async Task Gap(InferenceEngine engine, ModelRunner alone, int rounds, BenchReport report)
    {
        const int Long = 4000;
        var shares = new List<double>();
        var note = "";
        for (var round = 0; round < rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var stop = new CancellationTokenSource();
            var decoding = new List<double>();
            var stream = Task.Run(async () =>
            {
                var request = new GenerationRequest { Id = "gap", PromptTokens = Prompts.Tokens(32, 5000 + round), MaxTokens = 2000, Sampling = SamplingParams.Greedy, IgnoreEos = true };
                try
                {
                    await foreach (var chunk in engine.GenerateAsync(request, stop.Token))
                    {
                        decoding.Add(clock.Elapsed.TotalMilliseconds);
                        if (decoding.Count == 10)
                            started.TrySetResult();
                    }
                }
                catch (OperationCanceledException)
                {
                    // The prompt is through.
                }
            });
            await started.Task;
            var began = clock.Elapsed.TotalMilliseconds;
            await FirstToken(engine, Prompts.Tokens(Long, 6000 + round));
            var ended = clock.Elapsed.TotalMilliseconds;
            await stop.CancelAsync();
            await stream;

            var longest = decoding.Zip(decoding.Skip(1)).Where(g => g.Second > began && g.First < ended).Max(g => g.Second - g.First);
            var (chunk, step) = Parts(alone, engine.Options.PrefillChunkTokens, Long);
            shares.Add(longest / (chunk + 2 * step));
            note = $"longest gap {longest:0} ms; chunk of {engine.Options.PrefillChunkTokens} at the prompt's end {chunk:0} ms, step {step:0} ms";
        }

        report.Hold("longest decode gap during a 4,000-token prefill / (chunk + two steps)", BenchReport.Median(shares), 1, atLeast: false, note);
    }

    /// <summary>Prefill speed of the engine, which computes the last token's logits only, over the bare loop's with all of them.</summary>
    public static async Task Prefill(InferenceEngine engine, BareLoop bare, int rounds, BenchReport report)
    {
        const int Length = 512;
        var ratios = new List<double>();
        var note = "";
        for (var round = 0; round < rounds * 2; round++)
        {
            var all = bare.Prefill(0, Length);
            var last = Length * 1000 / await FirstToken(engine, Prompts.Tokens(Length, 7000 + round));
            ratios.Add(last / all);
            note = $"{Length} tokens: bare {all:0} tokens/s, engine {last:0} tokens/s";
        }

        report.Hold("prefill, last-token logits only / bare loop with all logits", BenchReport.Median(ratios), 1.25, atLeast: true, note);
    }

    /// <summary>Growth of resident memory over many short requests, as a share.</summary>
    public static async Task Growth(InferenceEngine engine, int requests, BenchReport report)
    {
        const int Concurrent = 16, WarmUp = 4000;
        var done = 0;
        // Until then compiled code, arenas and queues reach their size.
        await Each(WarmUp);
        var before = Resident();
        await Each(requests);
        var after = Resident();
        report.Hold($"resident growth over {requests:N0} short requests", (after - before) / before, 0.01, atLeast: false, $"{before / 1e6:0.0} MB after {WarmUp:N0}, then {after / 1e6:0.0} MB");

        async Task Each(int count)
        {
            var until = done + count;
            await Task.WhenAll(Enumerable.Range(0, Concurrent).Select(_ => Task.Run(async () =>
            {
                while (Interlocked.Increment(ref done) is var i && i <= until)
                    await EngineLoad.Stream(engine, Prompts.Tokens(4 + i % 8, i), 2, Stopwatch.StartNew(), CancellationToken.None);
            })));
            done = until;
        }
    }

    private static double Resident()
    {
        // What the collector may still give back is no growth.
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static (double Chunk, double Step) Parts(ModelRunner runner, int chunk, int prompt)
    {
        var tokens = Prompts.Tokens(chunk, 1);
        double Time(Action run)
        {
            var times = new List<double>();
            for (var i = 0; i < 3; i++)
            {
                var clock = Stopwatch.StartNew();
                run();
                times.Add(clock.Elapsed.TotalMilliseconds);
            }

            return BenchReport.Median(times);
        }

        return (Time(() => runner.Extend(0, prompt - chunk, tokens, 1)), Time(() => runner.Decode([5], [100])));
    }

    private static async Task<double> FirstToken(InferenceEngine engine, int[] prompt)
    {
        var times = await EngineLoad.Stream(engine, prompt, 1, Stopwatch.StartNew(), CancellationToken.None);
        return times.Tokens[0] - times.Sent;
    }

    private static async Task<List<double>> Each(int count, Func<int, Task<double>> measure)
    {
        var values = new List<double>();
        for (var i = 0; i < count; i++)
            values.Add(await measure(i));
        return values;
    }
}
