namespace ChatApp.Orchestrator.Turns;

/// <summary>Consecutive events of one turn, ready to be written by the owner of its lease.</summary>
public sealed record JournalEntry(Guid TurnId, long Epoch, long FirstNumber, long LastNumber, byte[] Events);
