using System.ComponentModel.DataAnnotations;

namespace ChatApp.Inference.Engine.Requests;

/// <summary>One served model. Each has an engine of its own.</summary>
public sealed record EngineOptions
{
    /// <summary>Name the model is served under.</summary>
    [Required, MinLength(1)]
    public required string Id { get; init; }

    /// <summary>Folder with <c>genai_config.json</c>, the ONNX file and <c>tokenizer.json</c>.</summary>
    [Required, MinLength(1)]
    public required string ModelPath { get; init; }

    /// <summary>Where it runs.</summary>
    public DeviceKind Device { get; init; } = DeviceKind.Auto;

    /// <summary>CUDA device number.</summary>
    [Range(0, 63)]
    public int DeviceId { get; init; }

    /// <summary>Threads of a model run; 0 takes the physical cores.</summary>
    [Range(0, 1024)]
    public int IntraOpThreads { get; init; }

    /// <summary>Longest prompt plus answer in tokens, which is a lane's length; 0 takes the model's context length, at most 8192.</summary>
    [Range(0, 1 << 20)]
    public int ContextLength { get; init; }

    /// <summary>Most sequences that run at once (lanes); fewer when <see cref="KvCacheBytes"/> does not hold them.</summary>
    [Range(1, 256)]
    public int MaxSequences { get; init; } = 16;

    /// <summary>Memory for the lanes' keys and values, bytes.</summary>
    [Range(1L << 16, long.MaxValue)]
    public long KvCacheBytes { get; init; } = 2L << 30;

    /// <summary>Memory for the prefix cache's blocks, bytes; 0 switches it off.</summary>
    [Range(0, long.MaxValue)]
    public long PrefixCacheBytes { get; init; } = 512L << 20;

    /// <summary>Tokens of a prefix-cache block.</summary>
    [Range(1, 1024)]
    public int PrefixBlockTokens { get; init; } = 32;

    /// <summary>Prompt tokens prefilled per step: the longest that running answers wait for a prompt.</summary>
    [Range(1, 8192)]
    public int PrefillChunkTokens { get; init; } = 256;

    /// <summary>Most sequences waiting; past it requests are refused.</summary>
    [Range(0, 100_000)]
    public int MaxWaiting { get; init; } = 256;

    /// <summary>Longest wait for a lane before a request is refused.</summary>
    public TimeSpan MaxQueueTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A user without a lane who has waited this long takes one from a user who has several.</summary>
    public TimeSpan FairnessWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Most answers of one request.</summary>
    [Range(1, 128)]
    public int MaxChoices { get; init; } = 16;

    /// <summary>Tokens buffered per choice for a slow reader before its sequence pauses.</summary>
    [Range(1, 65_536)]
    public int StreamBufferTokens { get; init; } = 256;

    /// <summary>Most tokens drafted by prompt lookup for a single greedy sequence; 0 switches it off.</summary>
    [Range(0, 16)]
    public int DraftTokens { get; init; } = 4;
}

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
