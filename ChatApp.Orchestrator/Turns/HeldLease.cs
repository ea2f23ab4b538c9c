namespace ChatApp.Orchestrator.Turns;

/// <summary>An unfinished turn that this replica is said to run, and whether someone asked to stop it.</summary>
public sealed record HeldLease(Guid TurnId, long Epoch, bool IsStopRequested);
