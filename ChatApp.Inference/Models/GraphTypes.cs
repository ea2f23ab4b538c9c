using Microsoft.ML.OnnxRuntime.Tensors;

namespace ChatApp.Inference.Models;

/// <summary>What differs between exported decoders.</summary>
/// <param name="Cache">Element type of keys and values.</param>
/// <param name="Logits">Element type of the logits.</param>
/// <param name="HasPositions">The graph takes position ids (rotary embedding outside of the attention node).</param>
internal sealed record GraphTypes(TensorElementType Cache, TensorElementType Logits, bool HasPositions);
