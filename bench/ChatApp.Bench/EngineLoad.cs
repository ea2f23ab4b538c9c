using System.Diagnostics;
using ChatApp.Inference.Engine;
using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Bench;

/// <summary>Streams against an engine in this process.</summary>
internal static class EngineLoad
{
    /// <summary>Runs streams that start together, each with a prompt of its own.</summary>
    public static async Task<LoadResult> Run(InferenceEngine engine, int streams, int prompt, int tokens, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var tasks = Enumerable.Range(0, streams).Select(i => Task.Run(() => Stream(engine, Prompts.Tokens(prompt, i), tokens, clock, cancellationToken), cancellationToken));
        return LoadResult.From(await Task.WhenAll(tasks));
    }

    /// <summary>One greedy stream; returns when its tokens came.</summary>
    public static async Task<StreamTimes> Stream(InferenceEngine engine, int[] prompt, int tokens, Stopwatch clock, CancellationToken cancellationToken, Action<int>? onToken = null)
    {
        var request = new GenerationRequest { Id = "bench", PromptTokens = prompt, MaxTokens = tokens, Sampling = SamplingParams.Greedy, IgnoreEos = true };
        var times = new StreamTimes(clock.Elapsed.TotalMilliseconds, new List<double>(tokens));
        await foreach (var chunk in engine.GenerateAsync(request, cancellationToken))
        {
            if (chunk.TokenId < 0)
                continue;
            times.Tokens.Add(clock.Elapsed.TotalMilliseconds);
            onToken?.Invoke(times.Tokens.Count);
        }

        return times;
    }
}
