namespace ChatApp.Orchestrator.Gateway;

/// <summary>A message of a model's request.</summary>
public sealed record ChatMessage(string Role, string Content)
{
    public IReadOnlyList<ChatImage> Images { get; init; } = [];

    /// <summary>Of an assistant's message: the calls that it made.</summary>
    public IReadOnlyList<ModelToolCall> ToolCalls { get; init; } = [];

    /// <summary>Of a tool's message: the call whose result it is.</summary>
    public string? ToolCallId { get; init; }
}
