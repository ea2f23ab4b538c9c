namespace ChatApp.Web.Turns;

public sealed record TurnUsage(int InputTokens = 0, int CachedTokens = 0, int OutputTokens = 0);
