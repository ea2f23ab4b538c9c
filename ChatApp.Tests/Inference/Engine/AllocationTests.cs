using ChatApp.Bench.Models;
using ChatApp.Inference.Engine;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Scheduling;
using ChatApp.Inference.Models;
using ChatApp.Inference.Tokens;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Tests.Inference.Engine;

/// <summary>What the engine's thread allocates on the managed heap while it decodes, on the real runner.</summary>
public sealed class AllocationTests
{
    private const int Tokens = 260;

    private string _root = null!;

    [OneTimeSetUp]
    public void MakeFolder() => _root = Directory.CreateTempSubdirectory("chatapp-allocation").FullName;

    [OneTimeTearDown]
    public void RemoveFolder() => Directory.Delete(_root, recursive: true);

    private static IEnumerable<TestCaseData> Samplings()
    {
        foreach (var streams in (int[])[1, 8])
        {
            yield return new TestCaseData(SamplingParams.Greedy, streams).SetArgDisplayNames("greedy", $"{streams} streams");
            yield return new TestCaseData(new SamplingParams { Seed = 1 }, streams).SetArgDisplayNames("sampled", $"{streams} streams");
            yield return new TestCaseData(new SamplingParams { Seed = 1, Temperature = 0.8f, TopK = 40, TopP = 0.9f, MinP = 0.01f, RepetitionPenalty = 1.1f, PresencePenalty = 0.2f }, streams)
                .SetArgDisplayNames("restricted and penalised", $"{streams} streams");
        }
    }

    [TestCaseSource(nameof(Samplings))]
    public async Task A_decode_step_allocates_nothing(SamplingParams sampling, int streams)
    {
        var folder = RandomModel.Create(_root, ModelShape.Tiny);
        var options = new EngineOptions { Id = "tiny", ModelPath = folder, MaxSequences = 8, PrefixCacheBytes = 0, IntraOpThreads = 1, DraftTokens = 0, StreamBufferTokens = 4096 };
        var allocated = new long[Tokens * 4];
        var running = new int[Tokens * 4];
        var steps = 0;
        using var asked = new ManualResetEventSlim();
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (var engine = new InferenceEngine(options, new ReadyText(ModelShape.Tiny.Vocabulary), NullLogger<InferenceEngine>.Instance, null, () => ModelRunner.Load(options, out _), Measure))
        {
            await engine.StartAsync(CancellationToken.None);
            var reading = Enumerable.Range(0, streams).Select(i => Read(engine, sampling, i, over.Task)).ToList();
            asked.Set();
            await Task.WhenAll(reading);
        }

        var deltas = Enumerable.Range(1, steps - 1).Where(i => running[i] == streams && running[i - 1] == streams).Select(i => allocated[i] - allocated[i - 1]).ToList();
        deltas.Count.ShouldBeGreaterThan(Tokens / 2);
        // Every 64 tokens a wider mask is bound; the streams' queues and the account of seen tokens grow now and then.
        TestContext.Out.WriteLine($"{deltas.Count(d => d > 0)} of {deltas.Count} steps allocate, {deltas.Sum()} bytes in all");
        deltas.Count(d => d > 0).ShouldBeLessThan(deltas.Count / 8);

        void Measure(EngineSequences sequences)
        {
            asked.Wait();
            if (sequences.Running.Count == 0 && sequences.Waiting.Count == 0)
                over.TrySetResult();
            if (steps == allocated.Length)
                return;
            running[steps] = sequences.Running.Count;
            allocated[steps++] = GC.GetAllocatedBytesForCurrentThread();
        }
    }

    /// <summary>Texts that exist already, as a tokenizer has those of whole characters.</summary>
    private sealed class ReadyText(int vocabulary) : ITokenText, IDetokenizer
    {
        private readonly string[] _texts = [.. Enumerable.Range(0, vocabulary).Select(LetterText.Letter)];

        public int VocabularySize => vocabulary;

        public IDetokenizer CreateDetokenizer() => this;

        public string Append(int tokenId) => _texts[tokenId];

        public string Flush() => "";
    }

    /// <summary>Reads when all is said, so that every stream's queue grows in the same steps.</summary>
    private static async Task Read(InferenceEngine engine, SamplingParams sampling, int stream, Task over)
    {
        var request = new GenerationRequest { Id = "a", PromptTokens = [3, 4, 5 + stream], MaxTokens = Tokens, IgnoreEos = true, Sampling = sampling };
        await foreach (var chunk in engine.GenerateAsync(request, CancellationToken.None))
        {
            chunk.Error.ShouldBeNull();
            await over;
        }
    }
}
