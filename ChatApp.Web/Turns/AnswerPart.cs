namespace ChatApp.Web.Turns;

/// <summary>A piece of an answer in its order: text, or a step of a tool.</summary>
public sealed record AnswerPart(string? Text, ToolStep? Tool);
