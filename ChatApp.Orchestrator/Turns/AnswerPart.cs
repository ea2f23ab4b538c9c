using ChatApp.Orchestrator.Tools;

namespace ChatApp.Orchestrator.Turns;

/// <summary>A piece of an answer: text, a call of a tool, or what the model thought on the way.</summary>
public sealed record AnswerPart(string? Text, ToolStep? Tool, string? Reasoning = null);
