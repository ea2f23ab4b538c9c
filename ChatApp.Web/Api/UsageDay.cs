namespace ChatApp.Web.Api;

/// <summary>What generations with one model for one purpose used on one day (UTC).</summary>
public sealed record UsageDay(DateOnly Day, string Model, long Requests, long InputTokens, long CachedTokens, long OutputTokens, decimal Cost, string Purpose = "turn");
