namespace ChatApp.Web.Api;

public sealed record UsageDay(DateOnly Day, string Model, long Requests, long InputTokens, long CachedTokens, long OutputTokens, decimal Cost);
