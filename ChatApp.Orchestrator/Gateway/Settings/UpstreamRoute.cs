using ChatApp.Orchestrator.Metering;

namespace ChatApp.Orchestrator.Gateway.Settings;

/// <summary>One way to a model.</summary>
/// <param name="Name">The upstream's name in the configuration.</param>
/// <param name="Upstream">The upstream.</param>
/// <param name="Model">What the upstream calls the model.</param>
internal sealed record UpstreamRoute(string Name, UpstreamOptions Upstream, string Model)
{
    /// <summary>Its share among routes of the same priority.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Smaller goes first.</summary>
    public int Priority { get; init; }

    public TokenPrices Prices { get; init; }

    /// <summary>The model may be told how much to think: it can think, or nobody knows what it can.</summary>
    public bool TakesReasoningEffort { get; init; } = true;
}

/// <summary>Money per million tokens.</summary>
internal readonly record struct TokenPrices(decimal Input, decimal CachedInput, decimal Output)
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
