using System.ComponentModel.DataAnnotations;

namespace ChatApp.Inference.Embeddings;

/// <summary>Settings of embeddings, section <c>Inference:Embeddings</c>.</summary>
public sealed record EmbeddingOptions
{
    /// <summary>A text encoder in ONNX, BERT-shaped: its folder or an assembly that embeds it, relative to the content root; null serves the bundled one, an empty one none.</summary>
    public string? ModelPath { get; init; }

    /// <summary>Tokens of a run, those that fill up shorter texts included.</summary>
    [Range(1, 1 << 20)]
    public int BatchTokens { get; init; } = 1024;

    /// <summary>Tokens that may wait, of each urgency; what is more is refused, to be sent again.</summary>
    [Range(1, 1 << 30)]
    public int MaxWaitingTokens { get; init; } = 1 << 18;

    /// <summary>Threads for what is embedded in the background; null: one for each processor. They get only what the machine has left.</summary>
    [Range(1, 1024)]
    public int? BackgroundThreads { get; init; }
}
