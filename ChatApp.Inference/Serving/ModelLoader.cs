using System.ComponentModel.DataAnnotations;
using ChatApp.Inference.Embeddings;
using ChatApp.Inference.Engine;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Logging;
using ChatApp.Inference.Models;
using ChatApp.Inference.Reasoning;
using ChatApp.Inference.Text;
using ChatApp.Inference.Text.Jinja;
using ChatApp.Inference.ToolCalls;
using Microsoft.Extensions.Options;

namespace ChatApp.Inference.Serving;

/// <summary>
/// Loads and warms up the models when the service starts, while it already answers <c>/alive</c>; when it stops, lets running answers finish within a bound.
/// </summary>
public sealed class ModelLoader(
    ModelCatalog catalog,
    IOptions<InferenceOptions> options,
    IConfiguration configuration,
    IHostEnvironment environment,
    IHostApplicationLifetime lifetime,
    ILoggerFactory loggers,
    TimeProvider time) : BackgroundService
{
    private const string BundledEncoder = "encoders/snowflake-arctic-embed-xs";

    private readonly ILogger _logger = loggers.CreateLogger<ModelLoader>();
    private readonly Lock _gate = new();
    private readonly List<InferenceEngine> _engines = [];
    private bool _draining;
    private Task _drain = Task.CompletedTask;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _drain.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var engine in LastEngines())
            await engine.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = lifetime.ApplicationStopping.Register(BeginDrain);
        var encoder = Task.Run(LoadEncoder, lifetime.ApplicationStopping);
        foreach (var (settings, reasoning) in Configured())
            await LoadAsync(settings, reasoning, lifetime.ApplicationStopping);
        await encoder.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            return;
        catalog.MarkLoaded();
        if (catalog.Models.Count == 0)
            Log.NothingToServe(_logger, options.Value.ModelsPath);
        // The registration must live until the service stops.
        await Task.Delay(Timeout.Infinite, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Called once when a stop is asked for, before the server closes its connections: new requests are refused from here on.</summary>
    private void BeginDrain()
    {
        Log.Draining(_logger, options.Value.DrainTimeout.TotalSeconds);
        _drain = Task.WhenAll(LastEngines().Select(e => e.DrainAsync(options.Value.DrainTimeout, CancellationToken.None)));
    }

    /// <summary>The engines made up to now, after which no further one is made.</summary>
    private InferenceEngine[] LastEngines()
    {
        lock (_gate)
        {
            _draining = true;
            return [.. _engines];
        }
    }

    private InferenceEngine Engine(EngineOptions settings, ModelText text)
    {
        var logger = loggers.CreateLogger<InferenceEngine>();
        var engine = new InferenceEngine(settings, text, logger, time, () => ModelRunner.Load(settings, logger));
        lock (_gate)
        {
            if (_draining)
                throw new OperationCanceledException("The service is shutting down.");
            _engines.Add(engine);
        }
        return engine;
    }

    private List<(EngineOptions Engine, ReasoningFormat Reasoning)> Configured()
    {
        var models = new List<(EngineOptions, ReasoningFormat)>();
        var section = configuration.GetSection($"{InferenceOptions.Section}:Models");
        foreach (var (settings, entry) in options.Value.Models.Zip(section.GetChildren()))
            models.Add((Bind(settings.Id, settings.Path ?? "", entry), settings.Reasoning));
        if (models.Count > 0)
            return models;
        foreach (var root in (string[])[environment.ContentRootPath, Path.Combine(environment.ContentRootPath, "..")])
        {
            var folder = Path.GetFullPath(Path.Combine(root, options.Value.ModelsPath));
            if (!Directory.Exists(folder))
                continue;
            models.AddRange(Directory.EnumerateDirectories(folder).Where(d => File.Exists(Path.Combine(d, "genai_config.json")))
                .Order(StringComparer.Ordinal).Select(d => (Bind(null, d, null), ReasoningFormat.Auto)));
            break;
        }
        return models;
    }

    private EngineOptions Bind(string? id, string path, IConfigurationSection? own)
    {
        path = path.Length == 0 ? path : Path.GetFullPath(Path.Combine(environment.ContentRootPath, path));
        var builder = new ConfigurationBuilder().AddConfiguration(configuration.GetSection($"{InferenceOptions.Section}:Engine"));
        if (own is not null)
            builder.AddConfiguration(own);
        builder.AddInMemoryCollection(new Dictionary<string, string?>
        {
            [nameof(EngineOptions.Id)] = string.IsNullOrWhiteSpace(id) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(path)) : id,
            [nameof(EngineOptions.ModelPath)] = path,
        });
        return builder.Build().Get<EngineOptions>()!;
    }

    /// <summary>The first prompt compiles the code of template and tokenizer, which the first request need not wait for.</summary>
    private void WarmUp(Tokenizer tokenizer, ChatTemplate? template)
    {
        tokenizer.Encode("Hello, wörld 123!\n", parseSpecial: false);
        try
        {
            template?.Encode(new ChatTemplateInput { Messages = [new JinjaMap { ["role"] = "user", ["content"] = "Hello!" }] }, time);
        }
        catch (JinjaException)
        {
            // A template may want more than one message; a request that brings too few is told so.
        }
    }

    private void LoadEncoder()
    {
        var configured = options.Value.Embeddings.ModelPath;
        if (configured is "")
            return;
        var path = configured is null ? Path.Combine(AppContext.BaseDirectory, BundledEncoder) : Path.GetFullPath(Path.Combine(environment.ContentRootPath, configured));
        try
        {
            catalog.Add(new EmbeddingBatcher(EmbeddingModel.Load(path), options.Value.Embeddings));
            // The bytes that it was made of are as large as the model, and would stay until memory is short.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        }
        catch (Exception error)
        {
            // A damaged encoder must not take the others down with it.
            var id = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
            catalog.Fail(id, error.Message);
            Log.NotLoaded(_logger, id, error.Message);
        }
    }

    private async Task LoadAsync(EngineOptions settings, ReasoningFormat reasoning, CancellationToken cancellationToken)
    {
        try
        {
            Validator.ValidateObject(settings, new ValidationContext(settings), validateAllProperties: true);
            if (catalog.Find(settings.Id) is not null)
                throw new ValidationException($"Two models are named '{settings.Id}'; set Inference:Models:N:Id.");
            var tokenizer = await Task.Run(() => Tokenizer.Load(settings.ModelPath), cancellationToken);
            var template = ChatTemplate.Load(settings.ModelPath, tokenizer);
            var text = new ModelText(tokenizer, ToolCallFormats.Detect(template), ReasoningMarks.Resolve(reasoning, template));
            var engine = Engine(settings, text);
            await Task.WhenAll(engine.StartAsync(cancellationToken), Task.Run(() => WarmUp(tokenizer, template), cancellationToken));
            catalog.Add(new ServedModel(engine, tokenizer, template, reasoning));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped while loading.
        }
        catch (Exception error) when (error is ModelLoadException or TokenizerFormatException or ValidationException or IOException or UnauthorizedAccessException)
        {
            catalog.Fail(settings.Id, error.Message);
            Log.NotLoaded(_logger, settings.Id, error.Message);
        }
        catch (Exception error)
        {
            // A damaged model must not take the others down with it.
            catalog.Fail(settings.Id, $"{error.GetType().Name}: {error.Message}");
            Log.LoadFailed(_logger, error, settings.Id);
        }
    }
}
