namespace ChatApp.Orchestrator.Gateway;

/// <summary>One step of a streamed answer.</summary>
public sealed record ChatDelta
{
    public required string Upstream { get; init; }
    public string Text { get; init; } = "";
    public string Reasoning { get; init; } = "";
    public string? FinishReason { get; init; }
    public TokenUsage? Usage { get; init; }
}
