using ChatApp.Orchestrator.Tools;

namespace ChatApp.Orchestrator.Turns;

/// <summary>A piece of an answer: text, or a call of a tool.</summary>
public sealed record AnswerPart(string? Text, ToolStep? Tool);
