namespace ChatApp.Web.Api;

/// <summary>One numbered event of a turn; the page is a fold over these.</summary>
public abstract record TurnEvent
{
    /// <summary>Counts from 1 without gaps within a turn.</summary>
    public long Number { get; init; }

    public sealed record Started : TurnEvent
    {
        public required string TurnId { get; init; }

        public string? ConversationId { get; init; }

        public string? UserMessageId { get; init; }

        public string? AssistantMessageId { get; init; }

        public string? Model { get; init; }

        public string? ParentId { get; init; }

        /// <summary>Text that the answer already had when this turn continues it.</summary>
        public string? InitialText { get; init; }
    }

    public sealed record TextDelta(string Delta) : TurnEvent;

    public sealed record ReasoningDelta(string Delta) : TurnEvent;

    public sealed record ToolCall : TurnEvent
    {
        public required string Id { get; init; }

        public required string Name { get; init; }

        public string? ArgumentsJson { get; init; }
    }

    public sealed record ToolResult : TurnEvent
    {
        public required string Id { get; init; }

        public string? Content { get; init; }

        public bool Failed { get; init; }

        public long DurationMs { get; init; }
    }

    public sealed record Notice : TurnEvent
    {
        public required string Code { get; init; }

        public string? Text { get; init; }
    }

    public sealed record Ended : TurnEvent
    {
        public required string Status { get; init; }

        public string? FinishReason { get; init; }

        public TurnUsage? Usage { get; init; }

        public TurnError? Error { get; init; }

        public TurnTimings? Timings { get; init; }
    }

    /// <summary>A kind that this version does not know: its number counts, its content does not.</summary>
    public sealed record Unknown : TurnEvent;
}

/// <param name="TimeToFirstTokenMs">From the turn's start.</param>
/// <param name="TokensPerSecond">From the first token on.</param>
/// <param name="TotalMs">From the turn's start to its end.</param>
/// <param name="Parts">Where the total went; null: an Api of before told it.</param>
public sealed record TurnTimings(double TimeToFirstTokenMs = 0, double TokensPerSecond = 0, double TotalMs = 0, TimeParts? Parts = null);

public sealed record TurnUsage(int InputTokens = 0, int CachedTokens = 0, int OutputTokens = 0);

public sealed record TurnError(string? Code = null, string? Type = null, string? Message = null, string? Param = null);

/// <summary>Where a turn's time went, in milliseconds; several model runs and tool rounds are added up.</summary>
public sealed record TimeParts
{
    public double QueueMs { get; init; }
    public double PromptMs { get; init; }
    public double RetrievalMs { get; init; }
    public double ToolsMs { get; init; }
    public double PrefillMs { get; init; }
    public double DecodeMs { get; init; }

    /// <summary>Of model runs whose server does not tell its queue, prefill and decode: until the first token.</summary>
    public double ModelFirstTokenMs { get; init; }

    /// <summary>Of the same runs: from the first token on.</summary>
    public double ModelRestMs { get; init; }

    /// <summary>The turn went to another server on its way, and what the former one measured is missing.</summary>
    public bool Partial { get; init; }
}
