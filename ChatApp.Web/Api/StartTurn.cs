namespace ChatApp.Web.Api;

/// <summary>A turn to start. The same <see cref="RequestId"/> sent again attaches to the first turn.</summary>
public sealed record StartTurn
{
    public string? ConversationId { get; init; }

    public string? ParentId { get; init; }

    public required string RequestId { get; init; }

    public string? Content { get; init; }

    public IReadOnlyList<string>? FileIds { get; init; }

    public string? Model { get; init; }

    public bool? Regenerate { get; init; }

    public bool? ContinueMessage { get; init; }

    public bool? Branch { get; init; }

    public string? System { get; init; }

    /// <summary>Nothing of the turn is kept; <see cref="History"/> says what came before.</summary>
    public bool? Temporary { get; init; }

    public IReadOnlyList<EarlierMessage>? History { get; init; }
}
