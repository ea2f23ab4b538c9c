using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ChatApp.Inference.Models;

/// <summary>The CPU's memory. Pages that are never written cost nothing, so lanes may be sized for their longest use.</summary>
internal sealed unsafe class HostMemory : IDeviceMemory
{
    private const int Alignment = 64;
    private readonly List<nint> _allocated = [];

    public OrtMemoryInfo Info => OrtMemoryInfo.DefaultInstance;

    public string Name => "CPU";

    public void Configure(SessionOptions options)
    {
        // The CPU provider is always there.
    }

    public nint Allocate(long bytes)
    {
        // calloc hands out untouched zero pages; AlignedAlloc would have to write them.
        var raw = (nint)NativeMemory.AllocZeroed((nuint)bytes + Alignment);
        _allocated.Add(raw);
        return (raw + Alignment - 1) & -Alignment;
    }

    public void Copy(nint target, long targetPitch, nint source, long sourcePitch, long width, int rows)
    {
        for (var row = 0; row < rows; row++)
            Buffer.MemoryCopy((void*)(source + row * sourcePitch), (void*)(target + row * targetPitch), width, width);
    }

    public void CompleteCopies()
    {
        // Host copies are done when they return.
    }

    public void Dispose()
    {
        foreach (var raw in _allocated)
            NativeMemory.Free((void*)raw);
        _allocated.Clear();
    }
}
