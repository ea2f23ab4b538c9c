using ChatApp.Inference.Tokens;

namespace ChatApp.Inference.Engine.Requests;

/// <summary>One prompt and what to do with it.</summary>
public sealed record GenerationRequest
{
    /// <summary>Most stop strings of one request.</summary>
    public const int MaxStopStrings = 64;

    /// <summary>Longest stop string, in UTF-16 units.</summary>
    public const int MaxStopStringLength = 1024;

    /// <summary>Id for logs, traces and cancellation.</summary>
    public required string Id { get; init; }

    /// <summary>The tokenized prompt, special tokens included; not modified.</summary>
    public required int[] PromptTokens { get; init; }

    /// <summary>How tokens are chosen.</summary>
    public SamplingParams Sampling { get; init; } = new();

    /// <summary>Most tokens to generate per choice; null fills the model's context.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Texts that end a choice; they are not part of the answer.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Token ids that end a choice, besides the model's end-of-sequence ids.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Go on past the model's end-of-sequence tokens (benchmarks).</summary>
    public bool IgnoreEos { get; init; }

    /// <summary>Number of answers (n); the prompt is prefilled once.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Salt of the prefix cache: blocks are shared within a tenant only, so that timing tells nothing about others.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Key of fair scheduling; requests of one user compete with each other first.</summary>
    public string User { get; init; } = "";

    /// <summary>Interactive goes before background.</summary>
    public RequestPriority Priority { get; init; } = RequestPriority.Interactive;

    /// <summary>Makes a fresh constraint per choice; null or a null result leaves the text free.</summary>
    public Func<ITokenConstraint?>? ConstraintFactory { get; init; }

    /// <summary>Makes the detokenizer of a choice, where the tokenizer's own is not wanted (to show some control tokens).</summary>
    public Func<IDetokenizer>? DetokenizerFactory { get; init; }
}

/// <summary>Who goes first when lanes are scarce.</summary>
public enum RequestPriority
{
    /// <summary>A person is waiting for the first token.</summary>
    Interactive,

    /// <summary>Titles, summaries and the like: admitted after interactive work and preempted for it.</summary>
    Background,
}
