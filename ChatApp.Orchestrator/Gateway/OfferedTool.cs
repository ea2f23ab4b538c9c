using System.Text.Json;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>A tool as a model is told of it.</summary>
/// <param name="Name">What it is called by.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Parameters">JSON schema of its arguments.</param>
public sealed record OfferedTool(string Name, string Description, JsonElement Parameters);
