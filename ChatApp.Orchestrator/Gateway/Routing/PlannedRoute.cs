namespace ChatApp.Orchestrator.Gateway.Routing;

/// <summary>One step of a plan: a model at an upstream.</summary>
public sealed record PlannedRoute(CatalogueModel Model, UpstreamRoute Route);
