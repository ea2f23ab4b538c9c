using ChatApp.Bench.Models;
using ChatApp.Inference.Engine;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Scheduling;
using ChatApp.Inference.Models;
using ChatApp.Inference.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Tests.Inference.Engine;

/// <summary>The real runner on generated graphs: float32 and float16 caches and logits, weights inside and outside of the file.</summary>
public sealed class TinyModelTests
{
    private string _root = null!;

    [OneTimeSetUp]
    public void MakeFolder() => _root = Directory.CreateTempSubdirectory("chatapp-tiny").FullName;

    [OneTimeTearDown]
    public void RemoveFolder() => Directory.Delete(_root, recursive: true);

    private static IEnumerable<ModelShape> Shapes =>
    [
        ModelShape.Tiny,
        ModelShape.Tiny with { Name = "external", External = true },
        ModelShape.Tiny with { Name = "half", HalfCache = true },
        ModelShape.Tiny with { Name = "half-logits", HalfCache = true, HalfLogits = true },
        ModelShape.Tiny with { Name = "int8", Bits = 8, Accuracy = 4 },
    ];

    [TestCaseSource(nameof(Shapes))]
    public async Task Batched_generation_equals_the_same_generation_alone(ModelShape shape)
    {
        await using var engine = await Start(shape, o => o with { PrefixCacheBytes = 1 << 22 });
        int[][] prompts = [.. Enumerable.Range(0, 24).Select(i => Prompt(3 + i * 7 % 90, i))];
        var alone = new List<Answer>();
        foreach (var prompt in prompts)
            alone.Add(await Run(engine, prompt, 24));

        var together = await Task.WhenAll(prompts.Select(p => Run(engine, p, 24)));

        for (var i = 0; i < prompts.Length; i++)
            ShouldAgree(together[i], alone[i]);
        together.Select(a => string.Join(',', a.Tokens)).Distinct().Count().ShouldBeGreaterThan(12);
    }

    [TestCaseSource(nameof(Shapes))]
    public async Task Chunks_and_cached_prefixes_change_no_answer(ModelShape shape)
    {
        var prompt = Prompt(150, 3);
        await using var whole = await Start(shape, o => o with { PrefillChunkTokens = 256, PrefixCacheBytes = 0 });
        await using var chunked = await Start(shape, o => o with { PrefillChunkTokens = 13, PrefixCacheBytes = 1 << 22 });

        var expected = await Run(whole, prompt, 30);
        var first = await Run(chunked, prompt, 30);
        var second = await Run(chunked, prompt, 30);

        ShouldAgree(first, expected);
        ShouldAgree(second, expected);
        second.Cached.ShouldBe(144);
        first.Cached.ShouldBe(0);
    }

    [Test]
    public void Selecting_logit_rows_gives_the_logits_of_the_graph_as_it_is()
    {
        var folder = RandomModel.Create(_root, ModelShape.Tiny);
        var options = Options(folder);
        using var edited = ModelRunner.Load(options, out _);
        edited.SelectsLogitRows.ShouldBeTrue();
        var opaque = RandomModel.Create(_root, ModelShape.Tiny with { Name = "opaque", OpaqueHead = true });
        using var plain = ModelRunner.Load(options with { ModelPath = opaque }, out _);
        plain.SelectsLogitRows.ShouldBeFalse();
        var prompt = Prompt(30, 1);

        edited.Extend(1, 0, prompt, 3);
        plain.Extend(1, 0, prompt, 3);

        for (var row = 0; row < 3; row++)
            Largest(edited.Logits(row), plain.Logits(row)).ShouldBeLessThan(1e-4f);
    }

    [Test]
    public async Task A_context_of_an_odd_length_is_filled_to_its_last_token()
    {
        await using var engine = await Start(ModelShape.Tiny with { Name = "odd", Context = 101 }, o => o);

        var answer = await Run(engine, Prompt(60, 1), 41);

        answer.Tokens.Count.ShouldBe(41);
    }

    [Test]
    public async Task Drafting_gives_the_very_tokens_that_plain_decoding_gives()
    {
        await using var plain = await Start(ModelShape.Tiny, o => o with { DraftTokens = 0 });
        await using var drafting = await Start(ModelShape.Tiny, o => o with { DraftTokens = 4 });

        for (var seed = 0; seed < 6; seed++)
        {
            var prompt = Prompt(20 + seed, seed);
            prompt = [.. prompt, .. prompt, .. prompt];
            (await Run(drafting, prompt, 100)).Tokens.ShouldBe((await Run(plain, prompt, 100)).Tokens);
        }

        drafting.Stats.DraftTokens.ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task Five_hundred_requests_leave_lanes_and_queue_empty()
    {
        await using var engine = await Start(ModelShape.Tiny, o => o with { PrefixCacheBytes = 1 << 18 });

        for (var round = 0; round < 25; round++)
            await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Run(engine, Prompt(5 + i, round * 20 + i), 4)));

        // An answer is complete a moment before the step that freed its lane is published.
        SpinWait.SpinUntil(() => engine.Stats is { Running: 0, Waiting: 0 }, TimeSpan.FromSeconds(10));
        (engine.Stats.Running, engine.Stats.Waiting, engine.Stats.KvTokensUsed).ShouldBe((0, 0, 0));
    }

    private sealed record Answer(List<int> Tokens, List<float> Margins, int Cached);

    /// <summary>Equal, or parted where the two best tokens were so close that the order of summation decides.</summary>
    private static void ShouldAgree(Answer actual, Answer expected)
    {
        for (var i = 0; i < expected.Tokens.Count; i++)
        {
            if (actual.Tokens[i] == expected.Tokens[i])
                continue;
            expected.Margins[i].ShouldBeLessThan(1e-2f, $"token {i} differs although the choice was clear");
            return;
        }
    }

    private static float Largest(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var largest = 0f;
        for (var i = 0; i < a.Length; i++)
            largest = Math.Max(largest, Math.Abs(a[i] - b[i]));
        return largest;
    }

    private static int[] Prompt(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(3, 320))];
    }

    private static async Task<Answer> Run(InferenceEngine engine, int[] prompt, int tokens)
    {
        var answer = new Answer([], [], 0);
        var drafting = engine.Options.DraftTokens > 0;
        var request = new GenerationRequest
        {
            Id = "t",
            PromptTokens = prompt,
            MaxTokens = tokens,
            IgnoreEos = true,
            Sampling = SamplingParams.Greedy with { Logprobs = drafting ? null : 2 },
        };
        await foreach (var chunk in engine.GenerateAsync(request, CancellationToken.None))
        {
            if (chunk.Summary is { } summary)
                answer = answer with { Cached = summary.CachedTokens };
            if (chunk.TokenId < 0)
                continue;
            answer.Tokens.Add(chunk.TokenId);
            if (chunk.Logprob is { } logprob)
                answer.Margins.Add(logprob.Top[0].Logprob - logprob.Top[1].Logprob);
        }

        return answer;
    }

    private async Task<InferenceEngine> Start(ModelShape shape, Func<EngineOptions, EngineOptions> change)
    {
        var folder = RandomModel.Create(_root, shape);
        var options = change(Options(folder));
        var engine = new InferenceEngine(options, Tokenizer.Load(folder), NullLogger<InferenceEngine>.Instance, null, () => ModelRunner.Load(options, out _), EngineValidator.Validate);
        await engine.StartAsync(CancellationToken.None);
        return engine;
    }

    private static EngineOptions Options(string folder) => new()
    {
        Id = "tiny",
        ModelPath = folder,
        MaxSequences = 8,
        PrefixBlockTokens = 16,
        PrefillChunkTokens = 32,
        IntraOpThreads = 1,
        DraftTokens = 2,
    };
}
