using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Prompts;

/// <summary>Section <c>Prompts</c>.</summary>
internal sealed record PromptOptions
{
    /// <summary>What every prompt of a conversation begins with; empty: nothing.</summary>
    public string SystemPolicy { get; init; } = "You are ChatApp, a helpful assistant.";

    /// <summary>Tokens kept free for an answer whose length the request does not limit; never more than half the context.</summary>
    [Range(16, 1_000_000)]
    public int AnswerTokens { get; init; } = 1024;

    /// <summary>Tokens that a chat template adds around a message, at most.</summary>
    [Range(0, 1000)]
    public int MessageOverhead { get; init; } = 8;

    /// <summary>The share of the budget that newest messages keep when older ones are summarised: the rest is room until the next time.</summary>
    [Range(0.1, 0.9)]
    public double VerbatimShare { get; init; } = 0.6;

    /// <summary>The share of the budget that quotations of files may take.</summary>
    [Range(0.05, 0.9)]
    public double FilesShare { get; init; } = 0.5;

    /// <summary>Tokens that an image is counted as.</summary>
    [Range(1, 100_000)]
    public int ImageTokens { get; init; } = 1000;

    /// <summary>Longest summary, in tokens.</summary>
    [Range(16, 100_000)]
    public int SummaryTokens { get; init; } = 256;

    /// <summary>Model runs that one turn may spend on summarising.</summary>
    [Range(0, 100)]
    public int SummarySteps { get; init; } = 4;

    /// <summary>Older messages, beside the summary, that are quoted because they share words with the question.</summary>
    [Range(0, 50)]
    public int RecalledMessages { get; init; } = 3;
}
