namespace ChatApp.Inference.Engine;

/// <summary>What callers may know of a loaded model.</summary>
public sealed record ModelInfo
{
    /// <summary>Name the model is served under.</summary>
    public required string Id { get; init; }

    /// <summary>Family in <c>genai_config.json</c> (<c>llama</c>, <c>qwen2</c>, <c>phi3</c> ...).</summary>
    public required string Type { get; init; }

    /// <summary>Longest prompt plus answer, in tokens, as served (at most what the model was trained for).</summary>
    public required int ContextLength { get; init; }

    /// <summary>Width of a logits row.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Tokens that end an answer.</summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }

    /// <summary>SHA-256 of the ONNX file in lower-case hexadecimal, without external weights.</summary>
    public required string FileHash { get; init; }

    /// <summary>When the file was last written.</summary>
    public required DateTimeOffset Created { get; init; }
}
