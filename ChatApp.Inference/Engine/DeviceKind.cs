namespace ChatApp.Inference.Engine;

/// <summary>Where a model runs.</summary>
public enum DeviceKind
{
    /// <summary>CUDA if this build and machine have it, else the CPU.</summary>
    Auto,

    /// <summary>The CPU.</summary>
    Cpu,

    /// <summary>CUDA, or the start fails.</summary>
    Cuda,
}
