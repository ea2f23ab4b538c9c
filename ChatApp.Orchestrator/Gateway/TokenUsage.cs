namespace ChatApp.Orchestrator.Gateway;

/// <summary>Tokens of one generation; cached ones are part of the input.</summary>
public readonly record struct TokenUsage(int InputTokens, int CachedTokens, int OutputTokens);
