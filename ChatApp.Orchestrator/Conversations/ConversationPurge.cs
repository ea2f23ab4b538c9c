using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Storage;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatApp.Orchestrator.Conversations;

/// <summary>Removes deleted conversations for good once their retention is over.</summary>
internal sealed class ConversationPurge(NpgsqlDataSource dataSource, TimeProvider time, IOptions<ConversationOptions> options, ILogger<ConversationPurge> logger)
    : PurgeService(options.Value.PurgeInterval, time, logger)
{
    protected override async Task<int> PurgeAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var purged = await connection.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM chat.conversations WHERE id IN (
                SELECT id FROM chat.conversations WHERE deleted_at < @before ORDER BY deleted_at LIMIT @limit FOR UPDATE SKIP LOCKED)
            """,
            new { before = (now - options.Value.Retention).UtcDateTime, limit = Batch },
            cancellationToken: cancellationToken));
        if (purged > 0)
            Log.ConversationsPurged(logger, purged);
        return purged;
    }
}
