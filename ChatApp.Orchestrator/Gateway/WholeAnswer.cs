using ChatApp.Orchestrator.Gateway.Routing;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>An answer that was not streamed.</summary>
internal sealed record WholeAnswer(PlannedRoute From, byte[] Json, TokenUsage Usage);
