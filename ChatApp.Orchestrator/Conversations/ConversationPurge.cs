using ChatApp.Orchestrator.Logging;
using ChatApp.ServiceDefaults.Storage;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatApp.Orchestrator.Conversations;

/// <summary>Removes deleted conversations for good once their retention is over. Any number of replicas may do it at once.</summary>
internal sealed class ConversationPurge(NpgsqlDataSource dataSource, TimeProvider time, IOptions<ConversationOptions> options, ILogger<ConversationPurge> logger)
    : BackgroundService
{
    private const int Batch = 200;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PurgeInterval, time);
        try
        {
            do
            {
                try
                {
                    while (await PurgeAsync(stoppingToken) == Batch)
                    {
                        // Another full batch may wait.
                    }
                }
                catch (Exception exception) when (TransientFailures.IsTransient(exception))
                {
                    Log.DatabaseAway(logger, exception.Message);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    // Another round comes; a service that gives up would take the whole replica down.
                    Log.UpkeepFailed(logger, exception);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var purged = await connection.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM chat.conversations WHERE id IN (
                SELECT id FROM chat.conversations WHERE deleted_at < @before ORDER BY deleted_at LIMIT @limit FOR UPDATE SKIP LOCKED)
            """,
            new { before = (time.GetUtcNow() - options.Value.Retention).UtcDateTime, limit = Batch },
            cancellationToken: cancellationToken));
        if (purged > 0)
            Log.ConversationsPurged(logger, purged);
        return purged;
    }
}
