using System.Numerics.Tensors;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Runner;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ChatApp.Inference.Models;

/// <summary>
/// Runs a GenAI decoder graph on ONNX Runtime. Keys and values of the first b lanes are one tensor given as past and present alike, so the
/// attention node updates them in place; rows of different length are told apart by a right-padded mask. Buffers and bindings are made once.
/// </summary>
internal sealed unsafe partial class ModelRunner : IModelRunner
{
    // The mask's width grows in steps, so that a decode step seldom has to bind a new one.
    private const int MaskStep = 64;

    private readonly ModelFolder _folder;
    private readonly IDeviceMemory _device;
    private readonly HostMemory _host = new();
    private readonly KvCache _cache;
    private readonly RunOptions _run = new();
    private readonly int _chunk;
    private readonly long* _ids;
    private readonly long* _positions;
    private readonly long* _rows;
    private readonly long* _mask;
    private readonly long* _ones;
    private readonly int[] _maskLengths;
    private readonly int _vocabulary;
    private readonly nint _logits;
    private readonly int _logitRowsCapacity;
    private readonly float[] _converted;
    private readonly Binding?[] _decode;
    private readonly Binding?[] _extend;

    private ModelSession _model;
    private int _maskRows;
    private int _maskWidth;
    private int _firstLogitRow;

    private ModelRunner(ModelFolder folder, ModelSession model, IDeviceMemory device, EngineOptions options)
    {
        _folder = folder;
        _model = model;
        _device = device;
        _chunk = options.PrefillChunkTokens;
        var config = folder.Config;
        var width = (folder.Model.ContextLength + MaskStep - 1) / MaskStep * MaskStep;
        var shape = KvShape.Fit(config.Layers, config.KvHeads, config.HeadSize, SizeOf(model.Types.Cache), width, options);
        BlockSlots = (int)Math.Min(options.PrefixCacheBytes / (shape.TokenBytes * options.PrefixBlockTokens), 1 << 20);
        _cache = new KvCache(shape, options.PrefixBlockTokens, BlockSlots, device);

        MaxLogitRows = options.DraftTokens + 1;
        _vocabulary = config.VocabularySize;
        _logitRowsCapacity = Math.Max(Math.Max(shape.Lanes, MaxLogitRows), model.SelectsLogitRows ? 0 : _chunk);
        _logits = _host.Allocate((long)_logitRowsCapacity * _vocabulary * SizeOf(model.Types.Logits));
        _converted = model.Types.Logits == TensorElementType.Float ? [] : new float[Math.Max(shape.Lanes, MaxLogitRows) * _vocabulary];
        var tokens = Math.Max(Math.Max(_chunk, MaxLogitRows), shape.Lanes);
        _ids = (long*)_host.Allocate(tokens * sizeof(long));
        _positions = (long*)_host.Allocate(tokens * sizeof(long));
        _rows = (long*)_host.Allocate((MaxLogitRows + 1) * sizeof(long));
        _mask = (long*)_host.Allocate((long)shape.Lanes * width * sizeof(long));
        _ones = (long*)_host.Allocate((long)width * sizeof(long));
        new Span<long>(_ones, width).Fill(1);
        _maskLengths = new int[shape.Lanes];
        _decode = new Binding?[shape.Lanes + 1];
        _extend = new Binding?[shape.Lanes];
    }

    /// <summary>Loads a model folder, and logs what is not as it might be.</summary>
    /// <exception cref="ModelLoadException">The folder, or the device, cannot be used.</exception>
    public static ModelRunner Load(EngineOptions options, ILogger logger)
    {
        var runner = Load(options, out var note);
        if (note is not null)
            LogNoCuda(logger, options.Id, note);
        if (!runner.SelectsLogitRows)
            LogAllLogits(logger, options.Id);
        return runner;
    }

    /// <summary>Loads a model folder.</summary>
    /// <param name="options">The model and its limits.</param>
    /// <param name="deviceNote">Why CUDA was not taken although it might have been.</param>
    /// <exception cref="ModelLoadException">The folder, or the device, cannot be used.</exception>
    public static ModelRunner Load(EngineOptions options, out string? deviceNote)
    {
        var device = DeviceSelection.Open(options.Device, options.DeviceId, out deviceNote);
        try
        {
            var (folder, session) = ModelFolder.Open(options, device);
            try
            {
                return new ModelRunner(folder, session, device, options);
            }
            catch
            {
                session.Session.Dispose();
                throw;
            }
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    public LoadedModel Model => _folder.Model;

    /// <summary>Name of the device that it runs on.</summary>
    public string Device => _device.Name;

    /// <summary>Whether only the wanted rows of logits are computed.</summary>
    public bool SelectsLogitRows => _model.SelectsLogitRows;

    public int Lanes => _cache.Shape.Lanes;

    public int LaneTokens => _cache.Shape.LaneTokens;

    public int BlockSlots { get; }

    public int MaxLogitRows { get; }

    public void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions)
    {
        var rows = tokens.Length;
        var longest = 0;
        for (var i = 0; i < rows; i++)
        {
            _ids[i] = tokens[i];
            _positions[i] = positions[i];
            longest = Math.Max(longest, positions[i] + 1);
        }

        // The attention node refuses a mask wider than its rotary table, which has the model's context.
        var width = Math.Min((longest + MaskStep - 1) / MaskStep * MaskStep, Math.Max(longest, _folder.Config.ContextLength));
        WriteMask(positions, width);
        var binding = _decode[rows] ??= NewBinding(0, rows);
        if (binding.Tokens == 0)
        {
            binding.Tokens = 1;
            Bind(binding, _folder.Config.InputIds, _ids, rows, 1);
            if (_model.Types.HasPositions)
                Bind(binding, _folder.Config.PositionIds, _positions, rows, 1);
            if (_model.SelectsLogitRows)
                Bind(binding, LogitRowsEdit.Input, _rows + MaxLogitRows, 1);
            BindLogits(binding, rows, 1);
        }

        if (binding.MaskWidth != width)
        {
            binding.MaskWidth = width;
            Bind(binding, _folder.Config.AttentionMask, _mask, rows, width);
        }

        // The last entry of the row indices is a constant 0: the only position of a decode step.
        _firstLogitRow = 0;
        _model.Session.RunWithBinding(_run, binding.Io);
    }

    public void Extend(int lane, int position, ReadOnlySpan<int> tokens, int logitRows)
    {
        var count = tokens.Length;
        if (count > Math.Max(_chunk, MaxLogitRows) || logitRows > MaxLogitRows || position + count > LaneTokens)
            throw new ArgumentOutOfRangeException(nameof(tokens), $"A chunk of {count} tokens at {position} with {logitRows} rows does not fit.");

        for (var i = 0; i < count; i++)
        {
            _ids[i] = tokens[i];
            _positions[i] = position + i;
        }

        for (var i = 0; i < logitRows; i++)
            _rows[i] = count - logitRows + i;

        var binding = _extend[lane] ??= NewBinding(lane, 1);
        Bind(binding, _folder.Config.AttentionMask, _ones, 1, position + count);
        if (binding.Tokens != count || binding.LogitRows != logitRows)
        {
            binding.Tokens = count;
            binding.LogitRows = logitRows;
            Bind(binding, _folder.Config.InputIds, _ids, 1, count);
            if (_model.Types.HasPositions)
                Bind(binding, _folder.Config.PositionIds, _positions, 1, count);
            if (_model.SelectsLogitRows)
                Bind(binding, LogitRowsEdit.Input, _rows, logitRows);
            BindLogits(binding, 1, _model.SelectsLogitRows ? logitRows : count);
        }

        _firstLogitRow = _model.SelectsLogitRows ? 0 : count - logitRows;
        _model.Session.RunWithBinding(_run, binding.Io);
    }

    public Span<float> Logits(int row)
    {
        var at = (long)(_firstLogitRow + row) * _vocabulary;
        if (_model.Types.Logits == TensorElementType.Float)
            return new Span<float>((float*)_logits + at, _vocabulary);
        var target = _converted.AsSpan(row * _vocabulary, _vocabulary);
        TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>((Half*)_logits + at, _vocabulary), target);
        return target;
    }

    public void CopyLane(int from, int to, int tokens) => _cache.CopyLane(from, to, tokens);

    public void SaveBlock(int lane, int firstToken, int slot) => _cache.SaveBlock(lane, firstToken, slot);

    public void LoadBlock(int slot, int lane, int firstToken) => _cache.LoadBlock(slot, lane, firstToken);

    public void Restart()
    {
        DisposeBindings();
        _model.Session.Dispose();
        var model = _folder.CreateSession(_device);
        if (model.SelectsLogitRows != _model.SelectsLogitRows)
        {
            model.Session.Dispose();
            throw new ModelLoadException($"Model '{Model.Id}' did not load the way it did before; restart the service.");
        }

        _model = model;
    }

    public void Dispose()
    {
        DisposeBindings();
        _model.Session.Dispose();
        _run.Dispose();
        _host.Dispose();
        _device.Dispose();
    }

    private static int SizeOf(TensorElementType type) => type == TensorElementType.Float ? sizeof(float) : sizeof(ushort);

    /// <summary>Brings the mask to the wanted lengths, writing only what differs from the step before.</summary>
    private void WriteMask(ReadOnlySpan<int> positions, int width)
    {
        if (_maskRows != positions.Length || _maskWidth != width)
        {
            _maskRows = positions.Length;
            _maskWidth = width;
            new Span<long>(_mask, _maskRows * width).Clear();
            Array.Clear(_maskLengths);
        }

        for (var row = 0; row < positions.Length; row++)
        {
            var ones = positions[row] + 1;
            var had = _maskLengths[row];
            var line = new Span<long>(_mask + (long)row * width, width);
            if (ones > had)
                line[had..ones].Fill(1);
            else if (ones < had)
                line[ones..had].Clear();
            _maskLengths[row] = ones;
        }
    }

    private Binding NewBinding(int firstLane, int rows)
    {
        var binding = new Binding(_model.Session.CreateIoBinding());
        var config = _folder.Config;
        for (var layer = 0; layer < config.Layers; layer++)
        {
            using var keys = _cache.Tensor(layer, 0, firstLane, rows, _model.Types.Cache);
            using var values = _cache.Tensor(layer, 1, firstLane, rows, _model.Types.Cache);
            binding.Io.BindInput(ModelFolder.LayerName(config.PastKey, layer), keys);
            binding.Io.BindInput(ModelFolder.LayerName(config.PastValue, layer), values);
            binding.Io.BindOutput(ModelFolder.LayerName(config.PresentKey, layer), keys);
            binding.Io.BindOutput(ModelFolder.LayerName(config.PresentValue, layer), values);
        }

        return binding;
    }

    private static void Bind(Binding binding, string name, long* data, params ReadOnlySpan<long> shape)
    {
        using var value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElementType.Int64, shape.ToArray(), (nint)data, TensorPrimitives.Product(shape) * sizeof(long));
        binding.Io.BindInput(name, value);
    }

    private void BindLogits(Binding binding, int rows, int positions)
    {
        using var value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, _model.Types.Logits, [rows, positions, _vocabulary], _logits,
            (long)rows * positions * _vocabulary * SizeOf(_model.Types.Logits));
        binding.Io.BindOutput(_folder.Config.Logits, value);
    }

    private void DisposeBindings()
    {
        foreach (var binding in _decode)
            binding?.Io.Dispose();
        foreach (var binding in _extend)
            binding?.Io.Dispose();
        Array.Clear(_decode);
        Array.Clear(_extend);
    }

    /// <summary>Inputs and outputs bound for a set of lanes, and the sizes they are bound with.</summary>
    private sealed class Binding(OrtIoBinding io)
    {
        public OrtIoBinding Io { get; } = io;

        public int Tokens { get; set; }

        public int LogitRows { get; set; }

        public int MaskWidth { get; set; }
    }

    [LoggerMessage(LogLevel.Information, "Model {Model} runs on the CPU: {Reason}.")]
    private static partial void LogNoCuda(ILogger logger, string model, string reason);

    [LoggerMessage(LogLevel.Warning, "Model {Model}: the graph's LM head was not found, so prompts compute logits for every token and speculation costs memory.")]
    private static partial void LogAllLogits(ILogger logger, string model);
}
