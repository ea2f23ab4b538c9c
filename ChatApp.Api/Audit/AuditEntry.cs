namespace ChatApp.Api.Audit;

internal sealed record AuditEntry
{
    public long Id { get; init; }

    public DateTime At { get; init; }

    public string? ActorId { get; init; }

    public required string Action { get; init; }

    public string? SubjectId { get; init; }

    public string? Address { get; init; }

    public string? Details { get; init; }
}
