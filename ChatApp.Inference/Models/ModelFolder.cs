using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Runner;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ChatApp.Inference.Models;

/// <summary>A decoder in ONNX Runtime GenAI's folder layout, checked, ready to make sessions of.</summary>
internal sealed class ModelFolder
{
    private readonly string _folder;
    private readonly EngineOptions _options;

    private ModelFolder(string folder, EngineOptions options, GenaiConfig config, OnnxFile file)
    {
        _folder = folder;
        _options = options;
        Config = config;
        Model = new LoadedModel
        {
            Id = options.Id,
            Type = config.Type,
            ContextLength = Math.Min(config.ContextLength, options.ContextLength > 0 ? options.ContextLength : DefaultContext),
            VocabularySize = config.VocabularySize,
            EosTokenIds = config.EosTokenIds,
            FileHash = file.Hash,
            Created = file.Written,
        };
    }

    private const int DefaultContext = 8192;

    /// <summary>The folder's configuration.</summary>
    public GenaiConfig Config { get; }

    /// <summary>What callers may know.</summary>
    public LoadedModel Model { get; }

    /// <summary>Reads and checks everything but the tokenizer, and makes the first session.</summary>
    /// <exception cref="ModelLoadException">Something in the folder cannot be used.</exception>
    public static (ModelFolder Folder, ModelSession Session) Open(EngineOptions options, IDeviceMemory memory)
    {
        var folder = Path.GetFullPath(options.ModelPath);
        var config = GenaiConfig.Read(folder);
        var file = OnnxFile.Read(folder, config.FileName);
        var opened = new ModelFolder(folder, options, config, file);
        return (opened, opened.CreateSession(file, memory));
    }

    /// <summary>Another session of the same file.</summary>
    /// <exception cref="ModelLoadException">The file is gone or has changed.</exception>
    public ModelSession CreateSession(IDeviceMemory memory)
    {
        var file = OnnxFile.Read(_folder, Config.FileName);
        return file.Hash == Model.FileHash
            ? CreateSession(file, memory)
            : throw new ModelLoadException($"'{file.Path}' has changed since the engine started; restart the service to serve the new file.");
    }

    private ModelSession CreateSession(OnnxFile file, IDeviceMemory memory)
    {
        var edited = LogitRowsEdit.TryApply(file.Bytes, Config.Logits);
        using var sessionOptions = NewOptions(memory);
        InferenceSession session;
        try
        {
            session = Create(edited ?? file.Bytes, sessionOptions);
        }
        catch (OnnxRuntimeException) when (edited is not null)
        {
            edited = null;
            session = Create(file.Bytes, sessionOptions);
        }

        try
        {
            return new ModelSession(session, edited is not null, CheckGraph(session));
        }
        catch
        {
            session.Dispose();
            throw;
        }

        InferenceSession Create(byte[] bytes, SessionOptions with)
        {
            try
            {
                return new InferenceSession(bytes, with);
            }
            catch (OnnxRuntimeException e) when (edited is null)
            {
                throw new ModelLoadException($"ONNX Runtime does not accept '{file.Path}': {FirstLine(e.Message)}", e);
            }
        }
    }

    private static string FirstLine(string message) => message.AsSpan().Trim().ToString().Split('\n')[0];

    private SessionOptions NewOptions(IDeviceMemory memory)
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = _options.IntraOpThreads > 0 ? _options.IntraOpThreads : PhysicalCores.Count,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            // Batch and length change from run to run, so plans made for one shape would only pile up.
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            LogId = _options.Id,
        };
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", _folder + Path.DirectorySeparatorChar);
        options.AddSessionConfigEntry("session.use_device_allocator_for_initializers", "1");
        options.AddSessionConfigEntry("optimization.constant_folding_max_output_size_in_bytes", "67108864");
        memory.Configure(options);
        return options;
    }

    /// <summary>The graph must have the inputs and outputs that the configuration speaks of, with its sizes.</summary>
    private GraphTypes CheckGraph(InferenceSession session)
    {
        var inputs = session.InputMetadata;
        var outputs = session.OutputMetadata;
        Require(inputs, "input", Config.InputIds, TensorElementType.Int64);
        Require(inputs, "input", Config.AttentionMask, TensorElementType.Int64);
        var positions = inputs.ContainsKey(Config.PositionIds);
        if (positions)
            Require(inputs, "input", Config.PositionIds, TensorElementType.Int64);

        var cache = KvType(inputs, LayerName(Config.PastKey, 0));
        for (var layer = 0; layer < Config.Layers; layer++)
        {
            CheckCache(Require(inputs, "input", LayerName(Config.PastKey, layer), cache), LayerName(Config.PastKey, layer));
            CheckCache(Require(inputs, "input", LayerName(Config.PastValue, layer), cache), LayerName(Config.PastValue, layer));
            Require(outputs, "output", LayerName(Config.PresentKey, layer), cache);
            Require(outputs, "output", LayerName(Config.PresentValue, layer), cache);
        }

        var known = 2 + (positions ? 1 : 0) + Config.Layers * 2 + (inputs.ContainsKey(LogitRowsEdit.Input) ? 1 : 0);
        if (inputs.Count != known)
        {
            throw Wrong($"it has {inputs.Count} inputs where {known} are understood (tokens, mask, positions, and keys and values of " +
                $"{Config.Layers} layers); only decoders exported with GroupQueryAttention and a shared past and present buffer can be served");
        }

        var logits = KvType(outputs, Config.Logits);
        var width = Require(outputs, "output", Config.Logits, logits).Dimensions is [_, _, var v] ? v : 0;
        if (width != -1 && width != Config.VocabularySize)
            throw Wrong($"its logits are {width} wide, but genai_config.json says vocab_size {Config.VocabularySize}");
        return new GraphTypes(cache, logits, positions);
    }

    /// <summary>Name of a layer's input or output from its pattern (<c>past_key_values.%d.key</c>).</summary>
    public static string LayerName(string pattern, int layer) =>
        pattern.Replace("%d", layer.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private TensorElementType KvType(IReadOnlyDictionary<string, NodeMetadata> values, string name) =>
        values.TryGetValue(name, out var value) && value.IsTensor && value.ElementDataType is (TensorElementType.Float or TensorElementType.Float16)
            ? value.ElementDataType
            : throw Wrong($"'{name}' is missing or neither float nor float16");

    private NodeMetadata Require(IReadOnlyDictionary<string, NodeMetadata> values, string kind, string name, TensorElementType type) =>
        values.TryGetValue(name, out var value) && value.IsTensor && value.ElementDataType == type
            ? value
            : throw Wrong($"it has no {kind} '{name}' of type {type}");

    private void CheckCache(NodeMetadata value, string name)
    {
        if (value.Dimensions is not [_, var heads, _, var size] || !Fits(heads, Config.KvHeads) || !Fits(size, Config.HeadSize))
        {
            throw Wrong($"'{name}' is [{string.Join(", ", value.Dimensions)}], but genai_config.json speaks of " +
                $"{Config.KvHeads} key/value heads of {Config.HeadSize}");
        }
    }

    private static bool Fits(int actual, int expected) => actual == -1 || actual == expected;

    private ModelLoadException Wrong(string what) => new($"'{Path.Combine(_folder, Config.FileName)}' cannot be served: {what}.");
}

/// <summary>A model folder cannot be used; the message names the file, what is wrong and what would be right.</summary>
public sealed class ModelLoadException(string message, Exception? inner = null) : Exception(message, inner);
