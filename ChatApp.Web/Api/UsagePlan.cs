namespace ChatApp.Web.Api;

public sealed record UsagePlan(string Name, PlanLimits Limits);
