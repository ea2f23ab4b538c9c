using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Inference.Models;

/// <summary>Turns the configured device into memory to run in.</summary>
internal static class DeviceSelection
{
    /// <param name="kind">What was asked for.</param>
    /// <param name="deviceId">CUDA device number.</param>
    /// <param name="note">Why CUDA was not taken although it might have been; null otherwise.</param>
    /// <exception cref="ModelLoadException">CUDA was demanded and is absent.</exception>
    public static IDeviceMemory Open(DeviceKind kind, int deviceId, out string? note)
    {
        note = null;
        if (kind == DeviceKind.Cpu)
            return new HostMemory();
        if (CudaMemory.TryOpen(deviceId, out var reason) is { } cuda)
            return cuda;
        if (kind == DeviceKind.Cuda)
            throw new ModelLoadException($"Device 'Cuda' was demanded, but {reason}. Configure 'Auto' or 'Cpu' to run without.");
        note = reason;
        return new HostMemory();
    }
}
