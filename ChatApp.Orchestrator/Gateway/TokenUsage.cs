namespace ChatApp.Orchestrator.Gateway;

/// <summary>Tokens of one generation; cached ones are part of the input.</summary>
public readonly record struct TokenUsage(int InputTokens, int CachedTokens, int OutputTokens)
{
    /// <summary>Money, in the currency of the configured prices.</summary>
    public decimal Cost { get; init; }

    /// <summary>Where its time went, as its server tells at its end; null: it does not tell, or did not come to its end.</summary>
    public GenerationTimes? Times { get; init; }
}
