namespace ChatApp.Orchestrator.Prompts;

/// <summary>Tokens of a prompt by layer, without what the template adds.</summary>
public sealed record PromptTokens
{
    /// <summary>Definitions of tools.</summary>
    public int Tools { get; init; }
    public int System { get; init; }
    public int Summary { get; init; }
    public int Recalled { get; init; }
    public int Messages { get; init; }

    /// <summary>Messages that were counted for the first time, to be stored with them.</summary>
    public IReadOnlyDictionary<Guid, int> FreshCounts { get; init; } = new Dictionary<Guid, int>();
}
