using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using ChatApp.Inference.Engine.Metrics;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Runner;
using ChatApp.Inference.Engine.Scheduling;
using ChatApp.Inference.Tokens;

namespace ChatApp.Inference.Engine;

/// <summary>Generates text with one model for many callers at once. Thread-safe.</summary>
public sealed class InferenceEngine : IAsyncDisposable
{
    private static readonly Meter Meter = new(EngineMetrics.MeterName);

    private readonly ITokenText _text;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Func<IModelRunner> _load;
    private readonly Action<EngineSequences>? _afterStep;
    private readonly Lock _lifecycle = new();
    private IModelRunner? _runner;
    private volatile EngineLoop? _loop;
    private volatile EngineHealth _beforeStart = new(EngineState.Loading);
    private volatile bool _draining;
    private int _live;

    /// <param name="options">The model and its limits.</param>
    /// <param name="text">The model's tokenizer.</param>
    /// <param name="logger">Receives ids and counts only.</param>
    /// <param name="time">Clock of queue bounds and timings.</param>
    /// <param name="load">Opens the model; called once, by <see cref="StartAsync"/>.</param>
    internal InferenceEngine(EngineOptions options, ITokenText text, ILogger<InferenceEngine> logger, TimeProvider? time, Func<IModelRunner> load)
        : this(options, text, logger, time, load, null)
    {
    }

    internal InferenceEngine(
        EngineOptions options, ITokenText text, ILogger<InferenceEngine> logger, TimeProvider? time, Func<IModelRunner> load, Action<EngineSequences>? afterStep)
    {
        Options = options;
        _text = text;
        _logger = logger;
        _time = time ?? TimeProvider.System;
        _load = load;
        _afterStep = afterStep;
        Metrics = new EngineMetrics(options.Id, Meter);
    }

    /// <summary>What it was started with.</summary>
    public EngineOptions Options { get; }

    /// <summary>Distributions of waiting and token times.</summary>
    public EngineMetrics Metrics { get; }

    /// <summary>The loaded model; throws <see cref="InvalidOperationException"/> before <see cref="StartAsync"/> has completed.</summary>
    public LoadedModel Model => _runner?.Model ?? throw new InvalidOperationException($"Model '{Options.Id}' has not been loaded.");

    /// <summary>Whether it takes requests, and if not, why.</summary>
    public EngineHealth Health => _loop switch
    {
        null => _beforeStart,
        { Health.State: EngineState.Ready } when _draining => new EngineHealth(EngineState.Draining, "The service is shutting down."),
        var loop => loop.Health,
    };

    /// <summary>Gauges and totals after the latest step.</summary>
    public EngineStats Stats => _loop?.Stats ?? new EngineStats();

    /// <summary>Reads the model, warms it up and begins to take requests. What opens the model may throw.</summary>
    /// <exception cref="OperationCanceledException">It was drained or disposed meanwhile; nothing is held then.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        IModelRunner? runner = null;
        try
        {
            runner = await Task.Run(_load, cancellationToken);
            await Task.Run(() => WarmUp(runner), cancellationToken);
            Begin(runner);
            EngineLog.Ready(_logger, Options.Id, runner.Lanes, runner.LaneTokens, runner.BlockSlots);
        }
        catch (Exception e)
        {
            _beforeStart = new EngineHealth(EngineState.Unhealthy, e.Message);
            if (_loop is null)
                runner?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Streams the answers to a prompt. Cancelling, or leaving the enumeration, frees the lanes within one step.
    /// A reader that falls behind pauses its own request only.
    /// </summary>
    /// <exception cref="RequestRefusedException">The request was not taken, or waited too long.</exception>
    public async IAsyncEnumerable<GenerationChunk> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var loop = Accept(request);
        Generation? generation = null;
        try
        {
            generation = new Generation(request, _text, Options.StreamBufferTokens, _time.GetTimestamp(), loop.Wake);
            loop.Submit(generation);
            using var registration = cancellationToken.UnsafeRegister(static state => ((Generation)state!).Cancel(), generation);

            // Waiting without the token allocates nothing; a cancelled request is completed by the engine within a step.
            while (await generation.Chunks.WaitToReadAsync(CancellationToken.None))
            {
                while (generation.Chunks.TryRead(out var chunk))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    generation.Taken();
                    yield return chunk;
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            generation?.Cancel();
            Interlocked.Add(ref _live, -request.Choices);
        }
    }

    /// <summary>Takes no new requests; returns when running ones have finished, or ends them when the bound has passed.</summary>
    public async Task DrainAsync(TimeSpan bound, CancellationToken cancellationToken)
    {
        RefuseNew();
        if (_loop is not { } loop)
            return;
        var deadline = _time.GetTimestamp();
        try
        {
            while (Volatile.Read(ref _live) > 0 && _time.GetElapsedTime(deadline) < bound)
                await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
        }
        finally
        {
            loop.Stop();
        }

        await loop.Ended;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        RefuseNew();
        if (_loop is { } loop)
        {
            loop.Stop();
            await loop.Ended;
        }

        _runner?.Dispose();
    }

    private void Begin(IModelRunner runner)
    {
        lock (_lifecycle)
        {
            // A loop begun now would be ended by nobody.
            if (_draining)
                throw new OperationCanceledException($"Model '{Options.Id}' is not wanted any more.");
            _runner = runner;
            var loop = new EngineLoop(Options, runner, _text, Metrics, _time, _logger) { AfterStep = _afterStep };
            loop.Start();
            _loop = loop;
        }
    }

    private void RefuseNew()
    {
        lock (_lifecycle)
            _draining = true;
    }

    /// <summary>Runs the largest shapes once, so that the first request does not pay for ONNX Runtime's allocations.</summary>
    private void WarmUp(IModelRunner runner)
    {
        var chunk = new int[Math.Min(Options.PrefillChunkTokens, runner.Model.ContextLength)];
        runner.Extend(0, 0, chunk, 1);
        var tokens = new int[runner.Lanes];
        runner.Decode(tokens, tokens);
        runner.Decode(tokens.AsSpan(0, 1), tokens.AsSpan(0, 1));
    }

    private EngineLoop Accept(GenerationRequest request)
    {
        var health = Health;
        if (_loop is not { } loop || health.State is EngineState.Loading or EngineState.Unhealthy)
            throw new RequestRefusedException(RefusalKind.Unhealthy, $"Model '{Options.Id}' is not available: {health.Reason ?? "it is being loaded"}", TimeSpan.FromSeconds(5));
        if (health.State is not EngineState.Ready)
            throw new RequestRefusedException(RefusalKind.Draining, "The service is shutting down.", TimeSpan.FromSeconds(5));
        RequestCheck.ThrowIfInvalid(request, Model, Options, _text.VocabularySize);

        var bound = Options.MaxWaiting + _runner!.Lanes;
        var live = Interlocked.Add(ref _live, request.Choices);
        if (live <= bound)
            return loop;
        Interlocked.Add(ref _live, -request.Choices);
        throw new RequestRefusedException(
            RefusalKind.QueueFull,
            $"Model '{Options.Id}' has {live - request.Choices} sequences running or waiting; with {request.Choices} more it would pass its bound of {bound}.",
            loop.RetryAfter);
    }
}
