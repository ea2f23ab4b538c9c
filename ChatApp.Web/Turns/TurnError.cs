namespace ChatApp.Web.Turns;

public sealed record TurnError(string? Code = null, string? Type = null, string? Message = null, string? Param = null);
