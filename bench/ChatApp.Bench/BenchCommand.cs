using System.Globalization;
using ChatApp.Bench.Models;
using ChatApp.Inference.Engine;
using ChatApp.Inference.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Bench;

/// <summary>Measures the parts asked for, prints a table, writes JSON and a picture.</summary>
internal static class BenchCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        BenchOptions options;
        try
        {
            options = BenchOptions.Parse(args);
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine(e.Message);
            Console.Error.WriteLine(BenchOptions.Usage);
            return 2;
        }

        var folder = options.Model ?? RandomModel.Create(
            options.Cache, ModelShape.Published.FirstOrDefault(s => s.Name == options.Shape) ?? throw new FormatException($"Shape '{options.Shape}' is not known."));
        Console.WriteLine($"model {folder}, {Environment.ProcessorCount} processors, {DateTime.UtcNow:u}");
        var tokenizer = Tokenizer.Load(folder);
        await using var engine = new InferenceEngine(EngineOptionsFor(options, folder), tokenizer, NullLogger<InferenceEngine>.Instance);
        await engine.StartAsync(CancellationToken.None);
        using var bare = new BareLoop(folder, options.Streams.Max(), 512, options.Threads);
        foreach (var streams in options.Streams)
        {
            var ratios = new List<double>();
            for (var round = 0; round < options.Rounds; round++)
            {
                var b = bare.Decode(streams, options.Prompt, options.Tokens);
                var e = await EngineLoad.Run(engine, streams, options.Prompt, options.Tokens, CancellationToken.None);
                ratios.Add(e.TokensPerSecond / b);
                Console.WriteLine($"streams {streams}: bare {b:0.0} engine {e.TokensPerSecond:0.0} ratio {e.TokensPerSecond / b:0.000} ttft p50 {LoadResult.Percentile(e.TimeToFirstTokenMs, 50):0} itl p50 {LoadResult.Percentile(e.InterTokenMs, 50):0.0} p99 {LoadResult.Percentile(e.InterTokenMs, 99):0.0}");
            }
        }

        return 0;
    }

    private static EngineOptions EngineOptionsFor(BenchOptions options, string folder) => new()
    {
        Id = "bench",
        ModelPath = folder,
        MaxSequences = options.Streams.Max(),
        IntraOpThreads = options.Threads,
        PrefixCacheBytes = 0,
        KvCacheBytes = 4L << 30,
        ContextLength = 8192,
        DraftTokens = 0,
    };
}
