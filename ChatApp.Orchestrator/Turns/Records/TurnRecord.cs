namespace ChatApp.Orchestrator.Turns.Records;

/// <summary>A turn as stored.</summary>
internal sealed record TurnRecord
{
    /// <summary>The columns of a turn, from <c>chat.turns t</c>.</summary>
    public const string Columns =
        """
        t.id, t.conversation_id, t.user_id, t.request_id, t.content_hash, t.status, t.request, t.user_message_id,
        t.assistant_message_id, t.lease_epoch, t.takeovers, t.stop_requested_at IS NOT NULL AS stop_requested,
        t.last_number, t.receipt, t.created_at
        """;

    public required Guid Id { get; init; }
    public required Guid ConversationId { get; init; }
    public required string UserId { get; init; }
    public string? RequestId { get; init; }
    public required byte[] ContentHash { get; init; }
    public required string Status { get; init; }

    /// <summary>A <see cref="TurnOrder"/> as JSON.</summary>
    public required string Request { get; init; }
    public required Guid UserMessageId { get; init; }
    public required Guid AssistantMessageId { get; init; }

    /// <summary>Grows with each owner; a write with an older one is refused.</summary>
    public long LeaseEpoch { get; init; }
    public int Takeovers { get; init; }
    public bool StopRequested { get; init; }

    /// <summary>Events 1 to this one are in the journal.</summary>
    public long LastNumber { get; init; }
    public string? Receipt { get; init; }
    public DateTime CreatedAt { get; init; }

    /// <summary>Where it was just begun: the turn that wrote the message before its question.</summary>
    public Guid? ParentTurnId { get; init; }

    /// <summary>Where it was just begun: its question's place in the conversation.</summary>
    public long QuestionSeq { get; init; }
}

/// <summary>The states of a turn, as text in the database and on the wire.</summary>
internal static class TurnStatus
{
    public const string Queued = "Queued";
    public const string Running = "Running";
    public const string Completed = "Completed";
    public const string Stopped = "Stopped";
    public const string Blocked = "Blocked";
    public const string Failed = "Failed";

    /// <summary>Could not be continued; its text so far is kept and may be continued by a new turn.</summary>
    public const string Interrupted = "Interrupted";

    public static bool IsFinal(string status) => status is not (Queued or Running);
}
