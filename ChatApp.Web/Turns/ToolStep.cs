namespace ChatApp.Web.Turns;

/// <summary>One call of a tool inside an answer; <see cref="Result"/> is null while it runs.</summary>
public sealed record ToolStep(string Id, string Name, string Arguments)
{
    public string? Result { get; init; }

    public bool Failed { get; init; }

    public TimeSpan? Duration { get; init; }
}
