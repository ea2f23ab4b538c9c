using System.Globalization;
using ChatApp.Bench.Models;
using ChatApp.Inference.Engine;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Runner;
using ChatApp.Inference.Models;
using ChatApp.Inference.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Bench;

/// <summary>Measures the parts asked for, in turns so that a busy machine is busy for all, and reports.</summary>
internal static class BenchCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
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

        var folder = options.Model ?? RandomModel.Create(options.Cache, options.ModelShape);
        var report = new BenchReport { Model = Path.GetFileName(folder) };
        Console.WriteLine($"{report.Model}, {report.Processors} processors, {report.Began:u}");
        await Load(options, folder, report);
        await OtherFigures(options, folder, report);
        report.Write(options.Out);
        return report.Bars.All(b => b.Holds) ? 0 : 1;
    }

    private static async Task Load(BenchOptions options, string folder, BenchReport report)
    {
        bool bareWanted = options.Has("bare"), engineWanted = options.Has("engine"), httpWanted = options.Has("http");
        if (!bareWanted && !engineWanted && !httpWanted && options.Against is null)
            return;

        var engineOptions = EngineOptionsFor(options, folder);
        using var bare = bareWanted ? new BareLoop(folder, options.Streams.Max(), Math.Max(512, options.Prompt + options.Tokens + 8), options.Threads) : null;
        TimedRunner? timed = null;
        await using var engine = engineWanted ? await StartEngine(engineOptions, runner => timed = new TimedRunner(runner)) : null;
        await using var service = httpWanted ? await ServiceProcess.Start(engineOptions, options.Port, CancellationToken.None) : null;
        using var http = service is null ? null : new HttpLoad(service.Address, engineOptions.Id, tokenPrompts: true);
        using var other = options.Against is null ? null : new HttpLoad(options.Against, options.AgainstModel ?? "default", tokenPrompts: false);

        var speed = new Dictionary<(string, int), List<double>>();
        foreach (var streams in options.Streams)
        {
            var results = new Dictionary<string, List<LoadResult>>();
            var shares = new List<double>();
            for (var round = 0; round < options.Rounds; round++)
            {
                if (bare is not null)
                    Take("bare", new LoadResult(streams, bare.Decode(streams, options.Prompt, options.Tokens), [], []));
                if (engine is not null)
                {
                    Take("engine", await EngineLoad.Run(engine, streams, options.Prompt, options.Tokens, CancellationToken.None));
                    shares.Add(timed!.InsideMs / (timed.InsideMs + timed.OutsideMs));
                }

                if (http is not null)
                    Take("http", await http.Run(streams, options.Prompt, options.Tokens, CancellationToken.None));
                if (other is not null)
                    Take("against", await other.Run(streams, options.Prompt, options.Tokens, CancellationToken.None));
            }

            if (timed is not null)
                report.Note($"share of a decode step that the engine spends inside of the model, {streams} streams", BenchReport.Median(shares), $"{timed.OutsideMs:0.00} ms of {timed.InsideMs + timed.OutsideMs:0.0} ms outside, last round");
            foreach (var (system, rounds) in results)
            {
                report.Add(system, rounds);
                speed[(system, streams)] = [.. rounds.Select(r => r.TokensPerSecond)];
            }

            void Take(string system, LoadResult result)
            {
                if (!results.TryGetValue(system, out var rounds))
                    results.Add(system, rounds = []);
                rounds.Add(result);
            }
        }

        foreach (var streams in options.Streams.Where(s => s is 1 or 8 or 16))
            Ratio($"engine in process / bare ORT loop, {streams} streams", ("engine", streams), ("bare", streams), 0.97);
        Ratio("HTTP streams / engine in process, 16 streams", ("http", 16), ("engine", 16), 0.95);
        Ratio("throughput at 8 streams / at 1 stream", ("engine", 8), ("engine", 1), 2.6);
        Ratio("throughput at 16 streams / at 1 stream", ("engine", 16), ("engine", 1), 2.9);

        void Ratio(string name, (string, int) a, (string, int) b, double bound)
        {
            if (!speed.TryGetValue(a, out var numerators) || !speed.TryGetValue(b, out var denominators))
                return;
            var ratios = numerators.Zip(denominators, (x, y) => x / y).ToArray();
            report.Hold(name, BenchReport.Median(ratios), bound, atLeast: true, $"rounds {string.Join(' ', ratios.Select(r => r.ToString("0.00", CultureInfo.InvariantCulture)))}");
        }
    }

    private static async Task OtherFigures(BenchOptions options, string folder, BenchReport report)
    {
        var engineOptions = EngineOptionsFor(options, folder) with { MaxSequences = 16, PrefixCacheBytes = 1L << 30, ContextLength = 8192 };
        if (!options.Has("prefix") && !options.Has("gap") && !options.Has("prefill") && !options.Has("growth"))
            return;
        await using var engine = await StartEngine(engineOptions);
        if (options.Has("prefix"))
            await Scenarios.Prefix(engine, options.Rounds, report);
        if (options.Has("prefill"))
        {
            using var bare = new BareLoop(folder, 1, 512, options.Threads);
            await Scenarios.Prefill(engine, bare, options.Rounds, report);
        }

        if (options.Has("gap"))
        {
            using var alone = ModelRunner.Load(engineOptions with { MaxSequences = 1, PrefixCacheBytes = 0 }, out _);
            await Scenarios.Gap(engine, alone, options.Rounds, report);
        }

        if (options.Has("growth"))
            await Scenarios.Growth(engine, options.Requests, report);
    }

    private static async Task<InferenceEngine> StartEngine(EngineOptions options, Func<IModelRunner, IModelRunner>? wrap = null)
    {
        wrap ??= runner => runner;
        var engine = new InferenceEngine(
            options, Tokenizer.Load(options.ModelPath), NullLogger<InferenceEngine>.Instance, null, () => wrap(ModelRunner.Load(options, out _)), null);
        await engine.StartAsync(CancellationToken.None);
        return engine;
    }

    private static EngineOptions EngineOptionsFor(BenchOptions options, string folder) => new()
    {
        Id = "bench",
        ModelPath = folder,
        MaxSequences = options.Streams.Max(),
        IntraOpThreads = options.Threads,
        PrefillChunkTokens = options.Chunk,
        ContextLength = options.Context,
        PrefixCacheBytes = 0,
        KvCacheBytes = 4L << 30,
        DraftTokens = 0,
    };
}
