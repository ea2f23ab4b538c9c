using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ChatApp.Inference.Models;

/// <summary>A loaded graph.</summary>
/// <param name="Session">ONNX Runtime's session.</param>
/// <param name="SelectsLogitRows">The graph was edited by <see cref="LogitRowsEdit"/>.</param>
/// <param name="Types">Element types.</param>
internal sealed record ModelSession(InferenceSession Session, bool SelectsLogitRows, GraphTypes Types);

/// <summary>What differs between exported decoders.</summary>
/// <param name="Cache">Element type of keys and values.</param>
/// <param name="Logits">Element type of the logits.</param>
/// <param name="HasPositions">The graph takes position ids (rotary embedding outside of the attention node).</param>
internal sealed record GraphTypes(TensorElementType Cache, TensorElementType Logits, bool HasPositions);
