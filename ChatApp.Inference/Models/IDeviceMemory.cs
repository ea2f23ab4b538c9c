using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ChatApp.Inference.Models;

/// <summary>Memory that keys and values live in: the host's, or an accelerator's. Not thread-safe; used by the engine's thread.</summary>
internal interface IDeviceMemory : IDisposable
{
    /// <summary>Describes the memory to ONNX Runtime.</summary>
    OrtMemoryInfo Info { get; }

    /// <summary>What operators call it, for logs.</summary>
    string Name { get; }

    /// <summary>Adds the device's execution provider.</summary>
    void Configure(SessionOptions options);

    /// <summary>Zeroed memory, aligned to 64 bytes; freed on dispose.</summary>
    nint Allocate(long bytes);

    /// <summary>Copies <paramref name="rows"/> runs of <paramref name="width"/> bytes; the runs start every pitch bytes.</summary>
    void Copy(nint target, long targetPitch, nint source, long sourcePitch, long width, int rows);

    /// <summary>Waits until the copies so far are done; they need not be before.</summary>
    void CompleteCopies();
}
