namespace ChatApp.Web.Turns;

/// <summary>A piece of an answer in its order: text, a step of a tool, or what the model thought.</summary>
public sealed record AnswerPart(string? Text, ToolStep? Tool, string? Thought = null);
