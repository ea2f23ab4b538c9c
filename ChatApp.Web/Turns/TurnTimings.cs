namespace ChatApp.Web.Turns;

public sealed record TurnTimings(double TimeToFirstTokenMs = 0, double TokensPerSecond = 0, double TotalMs = 0);
