namespace ChatApp.Orchestrator.Turns.Records;

/// <summary>A request for a turn, with its ids resolved.</summary>
internal sealed record NewTurn
{
    /// <summary>Null: a new conversation.</summary>
    public Guid? ConversationId { get; init; }

    /// <summary>The message that the caller saw last; null: the newest of the active path.</summary>
    public Guid? ParentId { get; init; }
    public string? RequestId { get; init; }

    /// <summary>Tells whether a repeated request id means the same request.</summary>
    public required byte[] ContentHash { get; init; }
    public required string Content { get; init; }
    public required TurnOrder Order { get; init; }

    /// <summary>Files of the user's that go with the message.</summary>
    public IReadOnlyList<Guid> Files { get; init; } = [];
    public TurnKind Kind { get; init; }

    /// <summary>Where the path moved on: make a branch instead of refusing. Without a parent: a new first message.</summary>
    public bool Branch { get; init; }
}

internal enum TurnKind
{
    /// <summary>A new user message and its answer.</summary>
    Append,

    /// <summary>Another answer to the user message that is the parent.</summary>
    Regenerate,

    /// <summary>More text for the assistant message that is the parent.</summary>
    Continue,
}
