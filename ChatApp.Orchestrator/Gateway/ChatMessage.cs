namespace ChatApp.Orchestrator.Gateway;

/// <summary>A message of a model's request.</summary>
public sealed record ChatMessage(string Role, string Content)
{
    public IReadOnlyList<ChatImage> Images { get; init; } = [];
}
