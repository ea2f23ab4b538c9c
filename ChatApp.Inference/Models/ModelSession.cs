using Microsoft.ML.OnnxRuntime;

namespace ChatApp.Inference.Models;

/// <summary>A loaded graph.</summary>
/// <param name="Session">ONNX Runtime's session.</param>
/// <param name="SelectsLogitRows">The graph was edited by <see cref="LogitRowsEdit"/>.</param>
/// <param name="Types">Element types.</param>
internal sealed record ModelSession(InferenceSession Session, bool SelectsLogitRows, GraphTypes Types);
