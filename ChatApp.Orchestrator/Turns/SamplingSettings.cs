namespace ChatApp.Orchestrator.Turns;

/// <summary>How tokens are chosen; null leaves it to the model's own default.</summary>
public sealed record SamplingSettings
{
    public double? Temperature { get; init; }
    public double? TopP { get; init; }
    public int? MaxTokens { get; init; }
    public long? Seed { get; init; }
    public IReadOnlyList<string> Stop { get; init; } = [];
    public double? FrequencyPenalty { get; init; }
    public double? PresencePenalty { get; init; }
}
