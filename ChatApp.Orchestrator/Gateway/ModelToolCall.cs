namespace ChatApp.Orchestrator.Gateway;

/// <summary>A call that a model made.</summary>
/// <param name="Id">What its result refers to.</param>
/// <param name="Name">The tool's.</param>
/// <param name="Arguments">JSON, as the model wrote it.</param>
public sealed record ModelToolCall(string Id, string Name, string Arguments);
