using ChatApp.Inference.Engine;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Scheduling;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Tests.Inference.Engine;

/// <summary>A started engine over a scripted model, with its invariants checked after every step.</summary>
internal sealed class EngineHarness : IAsyncDisposable
{
    private readonly List<Exception> _broken = [];

    private EngineHarness(EngineOptions options, ScriptedRunner runner, TimeProvider? time)
    {
        Runner = runner;
        Text = new LetterText(runner.Model.VocabularySize);
        Engine = new InferenceEngine(options, Text, NullLogger<InferenceEngine>.Instance, time, () => runner, Check);
    }

    public static EngineOptions Options { get; } = new()
    {
        Id = "scripted",
        ModelPath = "none",
        MaxSequences = 4,
        PrefixBlockTokens = 4,
        PrefillChunkTokens = 8,
        PrefixCacheBytes = 1,
        DraftTokens = 0,
        FairnessWait = TimeSpan.FromHours(1),
    };

    public InferenceEngine Engine { get; }

    public ScriptedRunner Runner { get; }

    public LetterText Text { get; }

    /// <summary>Called after every step, on the engine's thread.</summary>
    public Action<EngineSequences> AfterStep { get; set; } = _ => { };

    public static async Task<EngineHarness> Start(EngineOptions? options = null, Action<ScriptedRunner>? configure = null, TimeProvider? time = null)
    {
        options ??= Options;
        var runner = new ScriptedRunner(options);
        var harness = new EngineHarness(options, runner, time);
        await harness.Engine.StartAsync(CancellationToken.None);
        configure?.Invoke(runner);
        return harness;
    }

    public static GenerationRequest Request(int[] prompt, int tokens, string id = "r") =>
        new() { Id = id, PromptTokens = prompt, MaxTokens = tokens, Sampling = SamplingParams.Greedy };

    public async Task<List<GenerationChunk>> Collect(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        var chunks = new List<GenerationChunk>();
        await foreach (var chunk in Engine.GenerateAsync(request, cancellationToken))
            chunks.Add(chunk);
        return chunks;
    }

    public async Task<List<int>> Tokens(GenerationRequest request) =>
        [.. (await Collect(request)).Where(c => c.TokenId >= 0).Select(c => c.TokenId)];

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _broken.ShouldBeEmpty();
    }

    private void Check(EngineSequences sequences)
    {
        try
        {
            EngineValidator.Validate(sequences);
        }
        catch (EngineInvariantException e)
        {
            _broken.Add(e);
        }

        AfterStep(sequences);
    }
}
