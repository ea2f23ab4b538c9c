using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>The model <c>auto</c>: the fast tier answers, unless the question is hard or the answer begins unsure.</summary>
public sealed record AutoOptions
{
    /// <summary>The id under which it is offered; empty: not offered. Needs a fast and a capable model.</summary>
    public string Id { get; init; } = "auto";

    /// <summary>Prompts of more tokens (estimated) go to the capable model at once.</summary>
    [Range(1, 10_000_000)]
    public int HardPromptTokens { get; init; } = 3000;

    /// <summary>So many tokens of the fast model's answer are judged before the first is shown.</summary>
    [Range(1, 256)]
    public int JudgedTokens { get; init; } = 16;

    /// <summary>Escalates when the mean log-probability of the judged tokens is below this.</summary>
    [Range(-20, 0)]
    public double LeastConfidence { get; init; } = -1.2;
}
