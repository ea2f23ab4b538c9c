using System.Runtime.CompilerServices;

namespace ChatApp.Inference.Engine;

/// <summary>Generates text with one model for many callers at once. Thread-safe.</summary>
public sealed class InferenceEngine : IAsyncDisposable
{
    /// <param name="options">The model and its limits.</param>
    /// <param name="text">The model's tokenizer.</param>
    /// <param name="logger">Receives ids and counts only.</param>
    /// <param name="time">Clock of queue bounds and timings.</param>
    public InferenceEngine(EngineOptions options, ITokenText text, ILogger<InferenceEngine> logger, TimeProvider? time = null)
    {
        Options = options;
        _ = (text, logger, time);
    }

    /// <summary>What it was started with.</summary>
    public EngineOptions Options { get; }

    /// <summary>The loaded model; throws <see cref="InvalidOperationException"/> before <see cref="StartAsync"/> has completed.</summary>
    public ModelInfo Model => throw new InvalidOperationException("The engine has not started.");

    /// <summary>Whether it takes requests, and if not, why.</summary>
    public EngineHealth Health { get; } = new(EngineState.Loading);

    /// <summary>Gauges and totals after the latest step.</summary>
    public EngineStats Stats { get; } = new();

    /// <summary>Reads the model, warms it up and begins to take requests.</summary>
    /// <exception cref="Models.ModelLoadException">The folder is not a model this engine can run; the message names the file and the reason.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => Task.FromException(new InvalidOperationException("The engine cannot start yet."));

    /// <summary>
    /// Streams the answers to a prompt. Cancelling, or leaving the enumeration, frees the lanes within one step.
    /// A reader that falls behind pauses its own request only.
    /// </summary>
    /// <exception cref="RequestRefusedException">The request was not taken, or waited too long.</exception>
    public async IAsyncEnumerable<GenerationChunk> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        throw new RequestRefusedException(RefusalKind.Unhealthy, "The engine cannot start yet.");
#pragma warning disable CS0162
        yield break;
#pragma warning restore CS0162
    }

    /// <summary>Takes no new requests; returns when running ones have finished, or ends them when the bound has passed.</summary>
    public Task DrainAsync(TimeSpan bound, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
