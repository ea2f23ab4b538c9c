namespace ChatApp.Inference.Engine;

/// <summary>State of the engine and, when it is not ready, why.</summary>
public sealed record EngineHealth(EngineState State, string? Reason = null);
