namespace ChatApp.Web.Turns;

/// <summary>One call of a tool inside an answer; <see cref="Result"/> is null while it runs.</summary>
public sealed record ToolStep(string Id, string Name, string Arguments)
{
    public string? Result { get; init; }

    public bool Failed { get; init; }

    public TimeSpan? Duration { get; init; }
}

/// <summary>A piece of an answer in its order: text, a step of a tool, or what the model thought.</summary>
public sealed record AnswerPart(string? Text, ToolStep? Tool, string? Thought = null);

/// <summary>What stands between the text of an answer: a step of a tool, or a thought.</summary>
/// <param name="At">How much of the answer's text comes before it.</param>
internal sealed record AnswerStep(int At, ToolStep? Tool, string? Thought);
