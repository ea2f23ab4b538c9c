namespace ChatApp.Api.Limits;

/// <summary>What a model call used.</summary>
internal sealed record TurnUse(string Model, long InputTokens, long CachedTokens, long OutputTokens)
{
    public long Tokens => InputTokens + OutputTokens;
}
