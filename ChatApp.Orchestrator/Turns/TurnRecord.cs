namespace ChatApp.Orchestrator.Turns;

/// <summary>A turn as stored.</summary>
public sealed record TurnRecord
{
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
