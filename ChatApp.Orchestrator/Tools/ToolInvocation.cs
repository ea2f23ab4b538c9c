using System.Text.Json;

namespace ChatApp.Orchestrator.Tools;

/// <summary>One call of a tool.</summary>
/// <param name="Owner">For whom.</param>
/// <param name="CallId">The same when a call is repeated after a failure.</param>
/// <param name="Arguments">An object that fits the tool's schema.</param>
public sealed record ToolInvocation(string Owner, string CallId, JsonElement Arguments);
