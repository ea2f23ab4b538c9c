namespace ChatApp.Orchestrator.Prompts;

/// <summary>Section <c>Prompts</c>.</summary>
public sealed record PromptOptions
{
    /// <summary>What every prompt of a conversation begins with; empty: nothing.</summary>
    public string SystemPolicy { get; init; } = "You are ChatApp, a helpful assistant.";
}
