using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ChatApp.Inference.Models;

/// <summary>
/// Everything that knows CUDA (docs/gpu.md): the execution provider, and keys and values in device memory by the CUDA runtime that
/// the provider brings. Needs the build with <c>-p:Accelerator=cuda</c>.
/// </summary>
internal sealed class CudaMemory : IDeviceMemory
{
    private const string Provider = "CUDAExecutionProvider";
    private const int DeviceToDevice = 3;
    private static readonly string[] Libraries =
        ["libcudart.so.13", "libcudart.so.12", "libcudart.so", "cudart64_13", "cudart64_12"];

    private readonly int _device;
    private readonly List<nint> _allocated = [];
    private readonly Functions _cuda;

    private CudaMemory(int device, Functions cuda)
    {
        _device = device;
        _cuda = cuda;
        Info = new OrtMemoryInfo("Cuda", OrtAllocatorType.DeviceAllocator, device, OrtMemType.Default);
    }

    public OrtMemoryInfo Info { get; }

    public string Name => FormattableString.Invariant($"CUDA device {_device}");

    /// <summary>Opens the device, or says in one line why it cannot.</summary>
    public static CudaMemory? TryOpen(int device, out string? reason)
    {
        if (!OrtEnv.Instance().GetAvailableProviders().Contains(Provider))
        {
            reason = "this build of ONNX Runtime has no CUDA provider (build with -p:Accelerator=cuda)";
            return null;
        }

        if (Functions.Load() is not { } cuda)
        {
            reason = "the CUDA runtime library (libcudart) was not found";
            return null;
        }

        var error = cuda.SetDevice(device);
        reason = error == 0 ? null : FormattableString.Invariant($"CUDA device {device} did not open (cudaError {error})");
        return error == 0 ? new CudaMemory(device, cuda) : null;
    }

    public void Configure(SessionOptions options)
    {
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(new Dictionary<string, string>
        {
            ["device_id"] = _device.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["arena_extend_strategy"] = "kSameAsRequested",
        });
        options.AppendExecutionProvider_CUDA(cuda);
    }

    public nint Allocate(long bytes)
    {
        Check(_cuda.SetDevice(_device), "cudaSetDevice");
        Check(_cuda.Malloc(out var pointer, (nuint)bytes), $"cudaMalloc of {bytes} bytes");
        _allocated.Add(pointer);
        Check(_cuda.Memset(pointer, 0, (nuint)bytes), "cudaMemset");
        return pointer;
    }

    public void Copy(nint target, long targetPitch, nint source, long sourcePitch, long width, int rows) =>
        Check(_cuda.Memcpy2D(target, (nuint)targetPitch, source, (nuint)sourcePitch, (nuint)width, (nuint)rows, DeviceToDevice), "cudaMemcpy2D");

    // ONNX Runtime works on a stream of its own, which does not wait for the default stream's copies.
    public void CompleteCopies() => Check(_cuda.Synchronize(), "cudaDeviceSynchronize");

    public void Dispose()
    {
        foreach (var pointer in _allocated)
            _ = _cuda.Free(pointer);
        _allocated.Clear();
        Info.Dispose();
    }

    private static void Check(int error, string call)
    {
        if (error != 0)
            throw new InvalidOperationException(FormattableString.Invariant($"{call} failed with cudaError {error}."));
    }

    private delegate int SetDeviceCall(int device);

    private delegate int MallocCall(out nint pointer, nuint bytes);

    private delegate int SynchronizeCall();

    private delegate int FreeCall(nint pointer);

    private delegate int MemsetCall(nint pointer, int value, nuint bytes);

    private delegate int Memcpy2DCall(nint target, nuint targetPitch, nint source, nuint sourcePitch, nuint width, nuint rows, int kind);

    private sealed record Functions(
        SetDeviceCall SetDevice, SynchronizeCall Synchronize, MallocCall Malloc, FreeCall Free, MemsetCall Memset, Memcpy2DCall Memcpy2D)
    {
        public static Functions? Load()
        {
            foreach (var name in Libraries)
            {
                if (NativeLibrary.TryLoad(name, out var library))
                {
                    return new Functions(
                        Export<SetDeviceCall>(library, "cudaSetDevice"), Export<SynchronizeCall>(library, "cudaDeviceSynchronize"),
                        Export<MallocCall>(library, "cudaMalloc"), Export<FreeCall>(library, "cudaFree"),
                        Export<MemsetCall>(library, "cudaMemset"), Export<Memcpy2DCall>(library, "cudaMemcpy2D"));
                }
            }

            return null;
        }

        private static T Export<T>(nint library, string name)
            where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(library, name));
    }
}
