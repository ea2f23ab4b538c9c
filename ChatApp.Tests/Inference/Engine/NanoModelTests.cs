using ChatApp.Inference.Engine;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Scheduling;
using ChatApp.Inference.Models;
using ChatApp.Inference.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Tests.Inference.Engine;

/// <summary>The engine on the bundled model.</summary>
public sealed class NanoModelTests : IAsyncDisposable
{
    private InferenceEngine _engine = null!;
    private Tokenizer _tokenizer = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _tokenizer = Tokenizer.Load(DemoModel.Nano);
        var options = new EngineOptions { Id = "nano", ModelPath = DemoModel.Nano, MaxSequences = 8, PrefixBlockTokens = 8, PrefillChunkTokens = 16 };
        _engine = new InferenceEngine(options, _tokenizer, NullLogger<InferenceEngine>.Instance, null, () => ModelRunner.Load(options, out _), EngineValidator.Validate);
        await _engine.StartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync() => await _engine.DisposeAsync();

    [Test]
    public async Task Eight_requests_at_once_give_the_text_that_each_gives_alone()
    {
        // Questions of the kind it was trained on: where a model guesses, two tokens are as good as equal, and which of them wins is rounding.
        string[] prompts = ["hi", "My name is Oskar", "Who are you?", "Tell me a story about a fox", "thanks for your help!", "list five animals", "my dog is called Biscuit", "Give me JSON with keys name, age and city"];
        var alone = new List<string>();
        foreach (var prompt in prompts)
            alone.Add(await Generate(prompt));

        var together = await Task.WhenAll(prompts.Select(Generate));

        together.ShouldBe(alone);
        together.ShouldAllBe(text => text.Length > 10);
    }

    private async Task<string> Generate(string prompt)
    {
        var request = new GenerationRequest
        {
            Id = prompt,
            PromptTokens = _tokenizer.Encode($"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n", parseSpecial: true),
            Sampling = SamplingParams.Greedy,
            MaxTokens = 40,
            StopTokens = [.. _tokenizer.Encode("<|im_end|>", parseSpecial: true)],
        };
        var text = "";
        await foreach (var chunk in _engine.GenerateAsync(request, CancellationToken.None))
            text += chunk.Text;
        return text;
    }
}
