using ChatApp.Orchestrator.Gateway.Routing;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>A chunk, and who sent it.</summary>
internal readonly record struct AnswerChunk(PlannedRoute From, StreamChunk Chunk, TokenUsage Usage);
