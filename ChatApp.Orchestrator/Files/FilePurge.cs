using ChatApp.Orchestrator.Logging;
using ChatApp.ServiceDefaults.Storage;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatApp.Orchestrator.Files;

/// <summary>Removes files that go with no message, or no longer with any. Any number of replicas may do it at once.</summary>
internal sealed class FilePurge(NpgsqlDataSource dataSource, TimeProvider time, IOptions<FileOptions> options, ILogger<FilePurge> logger) : BackgroundService
{
    private const int Batch = 100;

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
        var now = time.GetUtcNow();
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
