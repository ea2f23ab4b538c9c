using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Storage;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatApp.Orchestrator.Files;

/// <summary>Removes files that go with no message, or no longer with any.</summary>
internal sealed class FilePurge(NpgsqlDataSource dataSource, TimeProvider time, IOptions<FileOptions> options, ILogger<FilePurge> logger)
    : PurgeService(options.Value.PurgeInterval, time, logger)
{
    protected override async Task<int> PurgeAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var purged = await connection.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM chat.files WHERE id IN (
                SELECT f.id FROM chat.files f
                WHERE (f.status = 'Uploading' AND f.created_at < @brokenOff)
                   OR (f.status = 'Ready' AND f.created_at < @unattached AND NOT EXISTS (SELECT 1 FROM chat.message_files a WHERE a.file_id = f.id))
                LIMIT @limit FOR UPDATE SKIP LOCKED)
            """,
            new { brokenOff = (now - options.Value.UploadLifetime).UtcDateTime, unattached = (now - options.Value.UnattachedLifetime).UtcDateTime, limit = Batch },
            cancellationToken: cancellationToken));
        if (purged > 0)
            Log.FilesPurged(logger, purged);
        return purged;
    }
}
