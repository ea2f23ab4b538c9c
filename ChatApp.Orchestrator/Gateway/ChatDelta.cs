namespace ChatApp.Orchestrator.Gateway;

/// <summary>One step of a streamed answer.</summary>
public sealed record ChatDelta
{
    public required string Upstream { get; init; }

    /// <summary>The model that answers, as the catalogue names it; another one than was asked after a fallback or with <c>auto</c>.</summary>
    public string Model { get; init; } = "";
    public string Text { get; init; } = "";
    public string Reasoning { get; init; } = "";

    /// <summary>Parts of calls of tools.</summary>
    public IReadOnlyList<ToolCallPiece> ToolCalls { get; init; } = [];
    public string? FinishReason { get; init; }

    /// <summary>What the generation used until now.</summary>
    public TokenUsage? Usage { get; init; }
}
