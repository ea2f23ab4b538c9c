namespace ChatApp.Orchestrator.Ids;

/// <summary>The one source of ids: UUIDv7, so that new rows land at the end of their indexes.</summary>
/// <remarks>Nothing relies on the order of ids: a clock that goes backwards costs locality and no more.</remarks>
internal sealed class IdFactory(TimeProvider time)
{
    public Guid New() => Guid.CreateVersion7(time.GetUtcNow());
}
