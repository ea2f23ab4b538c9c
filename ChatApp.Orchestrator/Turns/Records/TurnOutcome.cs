using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Turns.Records;

/// <summary>How a turn ended, as it is stored and told.</summary>
internal sealed record TurnOutcome
{
    public required string Status { get; init; }
    public string FinishReason { get; init; } = "";
    public required string Model { get; init; }
    public required Usage Usage { get; init; }

    /// <summary>Money, in the currency of the configured prices.</summary>
    public decimal Cost { get; init; }

    /// <summary>The upstream that answered last.</summary>
    public string Upstream { get; init; } = "";
    public required Timings Timings { get; init; }
    public Error? Error { get; init; }

    /// <summary>The answer's tokens, when one generation made all of it.</summary>
    public int? AnswerTokens { get; init; }

    /// <summary>Messages of the prompt that were counted for the first time.</summary>
    public IReadOnlyDictionary<Guid, int> FreshCounts { get; init; } = new Dictionary<Guid, int>();

    /// <summary>The receipt as JSON.</summary>
    public required string Receipt { get; init; }
}
