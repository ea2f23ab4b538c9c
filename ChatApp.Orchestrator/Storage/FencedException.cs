namespace ChatApp.Orchestrator.Storage;

/// <summary>Another replica owns the turn now: whatever this one still has to say about it is void.</summary>
internal sealed class FencedException(Guid turnId) : Exception($"Turn {turnId:N} is owned by another replica.")
{
    public Guid TurnId { get; } = turnId;
}
