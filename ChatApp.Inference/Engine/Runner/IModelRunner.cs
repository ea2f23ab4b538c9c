namespace ChatApp.Inference.Engine.Runner;

/// <summary>
/// Runs the model over lanes. Keeps no account of sequences: the caller says how many tokens of a lane hold. A throw leaves the
/// positions from the given ones on undefined and everything before them untouched. Used by the engine's thread only.
/// </summary>
internal interface IModelRunner : IDisposable
{
    /// <summary>The model.</summary>
    LoadedModel Model { get; }

    /// <summary>Number of lanes.</summary>
    int Lanes { get; }

    /// <summary>Tokens of a lane.</summary>
    int LaneTokens { get; }

    /// <summary>Slots of the block store.</summary>
    int BlockSlots { get; }

    /// <summary>Most rows of logits that <see cref="Extend"/> can return.</summary>
    int MaxLogitRows { get; }

    /// <summary>
    /// One token for each of the first lanes: <paramref name="tokens"/>[i] at position <paramref name="positions"/>[i] of lane i.
    /// Logits of lane i are <see cref="Logits"/>(i).
    /// </summary>
    void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions);

    /// <summary>
    /// Several tokens for one lane, from a position on. Logits of the last <paramref name="logitRows"/> tokens are
    /// <see cref="Logits"/>(0 .. logitRows - 1), oldest first.
    /// </summary>
    void Extend(int lane, int position, ReadOnlySpan<int> tokens, int logitRows);

    /// <summary>A row of logits of the latest run, [vocabulary]; writable, valid until the next run.</summary>
    Span<float> Logits(int row);

    /// <summary>Copies the first tokens of a lane to another.</summary>
    void CopyLane(int from, int to, int tokens);

    /// <summary>Keeps a block of a lane in a slot.</summary>
    void SaveBlock(int lane, int firstToken, int slot);

    /// <summary>Copies a slot into a lane.</summary>
    void LoadBlock(int slot, int lane, int firstToken);

    /// <summary>Makes a fresh session; lanes and slots are undefined afterwards.</summary>
    void Restart();
}

/// <summary>What callers may know of a loaded model.</summary>
public sealed record LoadedModel
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
