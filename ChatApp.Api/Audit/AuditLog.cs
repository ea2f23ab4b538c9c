using System.Text.Json;
using Dapper;
using Npgsql;

namespace ChatApp.Api.Audit;

/// <summary>
/// The record of every administrative act and security event. Rows are only ever added; the database refuses to change
/// them. Ids and codes only: never a prompt, a password, a token or an e-mail address.
/// </summary>
internal sealed class AuditLog(NpgsqlDataSource dataSource, IHttpContextAccessor http, TimeProvider time)
{
    /// <summary>Written also when whoever asked has gone: it has happened.</summary>
    public async Task WriteAsync(string action, Guid? actor, object? subject, object? details)
    {
        await using var connection = await dataSource.OpenConnectionAsync(CancellationToken.None);
        await connection.ExecuteAsync(new CommandDefinition("""
            INSERT INTO identity.audit_log (at, actor_id, action, subject_id, address, details)
            VALUES (@now, @actor, @action, @subject, @address, @details::jsonb)
            """, new
        {
            now = time.GetUtcNow(),
            actor = actor?.ToString(),
            action,
            subject = subject?.ToString(),
            address = http.HttpContext?.Connection.RemoteIpAddress?.ToString(),
            details = details is null ? null : JsonSerializer.Serialize(details, JsonSerializerOptions.Web),
        }));
    }

    /// <summary>Newest first, from the entry before <paramref name="before"/>.</summary>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(long? before, string? subject, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<AuditEntry>(new CommandDefinition("""
            SELECT id, at, actor_id, action, subject_id, address, details::text AS details FROM identity.audit_log
            WHERE (@before::bigint IS NULL OR id < @before) AND (@subject::text IS NULL OR subject_id = @subject OR actor_id = @subject)
            ORDER BY id DESC LIMIT @limit
            """, new { before, subject, limit }, cancellationToken: cancellationToken))];
    }
}

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
