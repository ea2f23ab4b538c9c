namespace ChatApp.Web.Turns;

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
