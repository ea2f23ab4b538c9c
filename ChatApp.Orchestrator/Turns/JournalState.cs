namespace ChatApp.Orchestrator.Turns;

/// <summary>Where the journal stands with a turn after an append.</summary>
/// <param name="LastNumber">Events 1 to this one are durable.</param>
/// <param name="Fenced">Another replica owns the turn, or it has ended.</param>
public sealed record JournalState(Guid TurnId, long LastNumber, bool Fenced);
