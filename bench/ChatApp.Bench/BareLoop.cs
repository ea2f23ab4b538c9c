using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ChatApp.Inference.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ChatApp.Bench;

/// <summary>What ONNX Runtime does without an engine around it: the model file as it is, one fixed batch, greedy, nothing else.</summary>
internal sealed unsafe class BareLoop : IDisposable
{
    private readonly InferenceSession _session;
    private readonly GenaiConfig _config;
    private readonly RunOptions _run = new();
    private readonly int _length;
    private readonly nint[] _buffers;
    private readonly long* _ids;
    private readonly long* _mask;
    private readonly float* _logits;
    private readonly int _maxRows;

    public BareLoop(string folder, int maxRows, int length, int threads)
    {
        _config = GenaiConfig.Read(folder);
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads > 0 ? threads : PhysicalCores.Count,
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        _session = new InferenceSession(Path.Combine(folder, _config.FileName), options);
        _length = length;
        _maxRows = maxRows;
        _buffers = new nint[_config.Layers * 2];
        for (var i = 0; i < _buffers.Length; i++)
            _buffers[i] = Allocate((long)maxRows * _config.KvHeads * length * _config.HeadSize * sizeof(float));
        _ids = (long*)Allocate((long)Math.Max(maxRows, length) * sizeof(long));
        _mask = (long*)Allocate((long)maxRows * length * sizeof(long));
        _logits = (float*)Allocate((long)Math.Max(maxRows, 512) * _config.VocabularySize * sizeof(float));
        new Span<long>(_mask, maxRows * length).Fill(1);
    }

    /// <summary>Decodes with a batch whose rows all have the same prompt length; returns tokens per second of the decode alone.</summary>
    public double Decode(int rows, int prompt, int tokens)
    {
        for (var row = 0; row < rows; row++)
            Prefill(row, prompt);
        new Span<long>(_ids, rows).Fill(7);
        Step(rows, prompt);
        var clock = Stopwatch.StartNew();
        for (var i = 1; i <= tokens; i++)
            Step(rows, prompt + i);
        return rows * tokens / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Prefills one prompt in one run, logits of all positions; returns tokens per second.</summary>
    public double Prefill(int row, int prompt)
    {
        for (var i = 0; i < prompt; i++)
            _ids[i] = 3 + i % 200;
        var clock = Stopwatch.StartNew();
        Run(row, 1, prompt, prompt);
        return prompt / clock.Elapsed.TotalSeconds;
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
        foreach (var buffer in _buffers)
            NativeMemory.Free((void*)buffer);
        NativeMemory.Free(_ids);
        NativeMemory.Free(_mask);
        NativeMemory.Free(_logits);
    }

    private void Step(int rows, int position)
    {
        Run(0, rows, 1, position + 1);
        for (var row = 0; row < rows; row++)
            _ids[row] = TensorPrimitives.IndexOfMax(new ReadOnlySpan<float>(_logits + (long)row * _config.VocabularySize, _config.VocabularySize));
    }

    private void Run(int firstRow, int rows, int count, int total)
    {
        var names = new List<string> { _config.InputIds, _config.AttentionMask };
        var outputs = new List<string> { _config.Logits };
        using var values = new DisposableListOf<OrtValue>();
        values.Add(Value(TensorElementType.Int64, (nint)_ids, sizeof(long), rows, count));
        values.Add(Value(TensorElementType.Int64, (nint)_mask, sizeof(long), rows, total));
        using var logits = Value(TensorElementType.Float, (nint)_logits, sizeof(float), rows, count, _config.VocabularySize);
        var results = new List<OrtValue> { logits };
        var lane = (long)_config.KvHeads * _length * _config.HeadSize * sizeof(float);
        for (var i = 0; i < _buffers.Length; i++)
        {
            var value = Value(TensorElementType.Float, _buffers[i] + (nint)(firstRow * lane), sizeof(float), rows, _config.KvHeads, _length, _config.HeadSize);
            values.Add(value);
            results.Add(value);
            names.Add(ModelFolder.LayerName(i % 2 == 0 ? _config.PastKey : _config.PastValue, i / 2));
            outputs.Add(ModelFolder.LayerName(i % 2 == 0 ? _config.PresentKey : _config.PresentValue, i / 2));
        }

        _session.Run(_run, names, values, outputs, results);
    }

    private static OrtValue Value(TensorElementType type, nint data, int size, params long[] shape) =>
        OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, data, TensorPrimitives.Product<long>(shape) * size);

    private static nint Allocate(long bytes) => (nint)NativeMemory.AllocZeroed((nuint)bytes);

    private sealed class DisposableListOf<T> : List<T>, IDisposable
        where T : IDisposable
    {
        public void Dispose()
        {
            foreach (var item in this)
                item.Dispose();
        }
    }
}
