namespace ChatApp.Web.Turns;

/// <summary>What stands between the text of an answer: a step of a tool, or a thought.</summary>
/// <param name="At">How much of the answer's text comes before it.</param>
internal sealed record AnswerStep(int At, ToolStep? Tool, string? Thought);
