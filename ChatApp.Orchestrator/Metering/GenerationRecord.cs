namespace ChatApp.Orchestrator.Metering;

/// <summary>One generation that belongs to no turn, as it is metered.</summary>
/// <param name="Purpose">What it was for: <c>chat.completions</c>, <c>embeddings</c>, <c>title</c>...</param>
/// <param name="Model">The model that generated, as the catalogue names it.</param>
/// <param name="Upstream">The upstream that served it.</param>
/// <param name="Usage">Tokens and money.</param>
/// <param name="Outcome">How it ended.</param>
internal sealed record GenerationRecord(string Purpose, string Model, string Upstream, TokenUsage Usage, GenerationOutcome Outcome)
{
    /// <summary>Given by the ledger: storing it twice changes nothing.</summary>
    public Guid Id { get; init; }

    /// <summary>When it ended; given by the ledger.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The caller's own id of the request, when it gave one.</summary>
    public string? RequestId { get; init; }
}

internal enum GenerationOutcome
{
    Completed,

    /// <summary>The caller stopped it or went away.</summary>
    Stopped,

    /// <summary>The upstream failed or broke off.</summary>
    Failed,
}
