namespace ChatApp.Bench.Models;

/// <summary>Sizes of a Llama-like decoder.</summary>
public sealed record ModelShape(
    string Name, string Type, int Layers, int Hidden, int Inner, int Heads, int KvHeads, int HeadSize, int Vocabulary, int Context)
{
    /// <summary>Bits of a weight: 4 or 8.</summary>
    public int Bits { get; init; } = 4;

    /// <summary>Weights that share a scale.</summary>
    public int Block { get; init; } = 128;

    /// <summary>Precision that MatMulNBits computes in: 4 is int8, 0 float32.</summary>
    public int Accuracy { get; init; } = 4;

    /// <summary>End-of-sequence token.</summary>
    public int Eos { get; init; } = 2;

    /// <summary>Element type of keys and values: float32, else float16.</summary>
    public bool HalfCache { get; init; }

    /// <summary>Element type of the logits: float32, else float16.</summary>
    public bool HalfLogits { get; init; }

    /// <summary>Weights in a file of their own rather than inside of the graph's.</summary>
    public bool External { get; init; } = true;

    /// <summary>Put a node behind the LM head that the engine does not know, so that it runs the graph as it is.</summary>
    public bool OpaqueHead { get; init; }

    /// <summary>The shapes that are measured.</summary>
    public static IReadOnlyList<ModelShape> Published { get; } =
    [
        new("qwen2.5-0.5b", "qwen2", 24, 896, 4864, 14, 2, 64, 151_936, 8192),
        new("smollm2-135m", "llama", 30, 576, 1536, 9, 3, 64, 49_152, 8192) { Block = 64 },
        new("llama-3.2-1b", "llama", 16, 2048, 8192, 32, 8, 64, 128_256, 8192),
    ];

    /// <summary>Small enough for tests, large enough to say something.</summary>
    public static ModelShape Tiny { get; } =
        new("tiny", "llama", 2, 64, 128, 4, 2, 16, 320, 512) { Block = 32, Accuracy = 0, External = false };
}
