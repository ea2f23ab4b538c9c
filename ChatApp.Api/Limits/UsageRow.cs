namespace ChatApp.Api.Limits;

/// <summary>What generations with one model for one purpose used on one day (UTC).</summary>
/// <param name="Requests">Generations.</param>
/// <param name="CachedTokens">Part of the input.</param>
/// <param name="Cost">Money, in the currency in which models are priced.</param>
internal sealed record UsageRow(string Day, string Model, string Purpose, long Requests, long InputTokens, long CachedTokens, long OutputTokens, decimal Cost);
