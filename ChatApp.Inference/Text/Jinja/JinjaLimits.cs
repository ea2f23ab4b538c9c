namespace ChatApp.Inference.Text.Jinja;

/// <summary>What one rendering may cost; past it a <see cref="JinjaException"/> is thrown.</summary>
/// <param name="Steps">Expressions and statements evaluated, and text handled (one step per 64 characters).</param>
/// <param name="OutputCharacters">Length of the rendered text.</param>
/// <param name="Depth">Nesting of calls, loops and expressions.</param>
public sealed record JinjaLimits(long Steps = 20_000_000, int OutputCharacters = 16 << 20, int Depth = 200);
