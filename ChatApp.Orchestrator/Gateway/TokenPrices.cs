namespace ChatApp.Orchestrator.Gateway;

/// <summary>Money per million tokens.</summary>
public readonly record struct TokenPrices(decimal Input, decimal CachedInput, decimal Output)
{
    private const decimal Million = 1_000_000;

    public static TokenPrices Of(ModelOptions model, RouteOptions? route = null)
    {
        var input = route?.InputPrice ?? model.InputPrice;
        return new TokenPrices(
            (decimal)input, (decimal)(route?.CachedInputPrice ?? model.CachedInputPrice ?? input), (decimal)(route?.OutputPrice ?? model.OutputPrice));
    }

    /// <summary>The same usage with what it costs.</summary>
    public TokenUsage Charge(TokenUsage usage) => usage with
    {
        Cost = (((usage.InputTokens - usage.CachedTokens) * Input) + (usage.CachedTokens * CachedInput) + (usage.OutputTokens * Output)) / Million,
    };
}
