using System.Text.Json;

namespace ChatApp.Web.Api;

/// <summary>Something that was done, by whom and to whom.</summary>
public sealed record AuditEntry
{
    public long Id { get; init; }

    public DateTimeOffset At { get; init; }

    public string? ActorId { get; init; }

    public required string Action { get; init; }

    public string? SubjectId { get; init; }

    public string? Address { get; init; }

    public JsonElement? Details { get; init; }
}
