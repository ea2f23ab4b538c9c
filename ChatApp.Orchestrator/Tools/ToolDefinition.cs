using System.Text.Json;

namespace ChatApp.Orchestrator.Tools;

/// <summary>What a model is told of a tool, and what the service has to know of it.</summary>
public sealed record ToolDefinition
{
    public required string Name { get; init; }

    public required string Description { get; init; }

    /// <summary>JSON schema of the arguments: an object.</summary>
    public required JsonElement Parameters { get; init; }

    /// <summary>Running it twice is the same as running it once: then a call whose outcome was lost is simply run again.</summary>
    public bool Idempotent { get; init; }

    /// <summary>How long a call may take; null: as the settings say.</summary>
    public TimeSpan? Timeout { get; init; }
}
