namespace ChatApp.Web.Turns;

/// <param name="TimeToFirstTokenMs">From the turn's start.</param>
/// <param name="TokensPerSecond">From the first token on.</param>
/// <param name="TotalMs">From the turn's start to its end.</param>
/// <param name="Parts">Where the total went; null: an Api of before told it.</param>
public sealed record TurnTimings(double TimeToFirstTokenMs = 0, double TokensPerSecond = 0, double TotalMs = 0, TimeParts? Parts = null);
