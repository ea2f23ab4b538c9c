using ChatApp.Inference.Engine;
using ChatApp.Inference.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Tests.Engine;

/// <summary>The engine on the bundled model.</summary>
public sealed class NanoModelTests : IAsyncDisposable
{
    private InferenceEngine _engine = null!;
    private Tokenizer _tokenizer = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _tokenizer = Tokenizer.Load(DemoModel.Nano);
        _engine = new InferenceEngine(
            new EngineOptions { Id = "nano", ModelPath = DemoModel.Nano, MaxSequences = 8, PrefixBlockTokens = 8, PrefillChunkTokens = 16 },
            _tokenizer, NullLogger<InferenceEngine>.Instance, null, null, EngineValidator.Validate);
        await _engine.StartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync() => await _engine.DisposeAsync();

    [Test]
    public async Task Eight_requests_at_once_give_the_text_that_each_gives_alone()
    {
        string[] prompts = ["The harbour opens at nine.", "a", "Who wrote it?", "one two three four five six seven eight nine ten", "x y z", "Tell me of rain", "0 1 2 3", "again and again and again and again"];
        var alone = new List<string>();
        foreach (var prompt in prompts)
            alone.Add(await Generate(prompt));

        var together = await Task.WhenAll(prompts.Select(Generate));

        together.ShouldBe(alone);
        together[0].Length.ShouldBeGreaterThan(10);
    }

    private async Task<string> Generate(string prompt)
    {
        var request = new GenerationRequest
        {
            Id = prompt,
            PromptTokens = _tokenizer.Encode(prompt, parseSpecial: false),
            Sampling = SamplingParams.Greedy,
            MaxTokens = 40,
            IgnoreEos = true,
        };
        var text = "";
        await foreach (var chunk in _engine.GenerateAsync(request, CancellationToken.None))
            text += chunk.Text;
        return text;
    }
}
