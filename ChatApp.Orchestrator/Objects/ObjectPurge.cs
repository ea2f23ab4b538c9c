using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Storage;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatApp.Orchestrator.Objects;

/// <summary>Removes objects that nothing refers to any more.</summary>
internal sealed class ObjectPurge(IBlobStore blobs, NpgsqlDataSource dataSource, TimeProvider time, IOptions<ObjectOptions> options, ILogger<ObjectPurge> logger)
    : PurgeService(options.Value.PurgeInterval, time, logger)
{
    private DateTimeOffset _reconciled = time.GetUtcNow();

    protected override async Task<int> PurgeAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (now - _reconciled >= options.Value.ReconcileInterval)
        {
            await ReconcileAsync(now, cancellationToken);
            _reconciled = now;
        }

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var gone = (await connection.QueryAsync<byte[]>(new CommandDefinition(
            """
            SELECT o.sha256 FROM chat.objects o
            WHERE o.touched_at < @before AND NOT EXISTS (SELECT 1 FROM chat.files f WHERE f.sha256 = o.sha256 AND f.is_object)
            LIMIT @limit FOR UPDATE SKIP LOCKED
            """,
            new { before = (now - options.Value.LeastAge).UtcDateTime, limit = Batch }, transaction, cancellationToken: cancellationToken))).ToList();
        foreach (var hash in gone)
            await blobs.DeleteAsync(new ObjectHash(hash), cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("DELETE FROM chat.objects WHERE sha256 = ANY(@gone)", new { gone }, transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        if (gone.Count > 0)
            Log.ObjectsPurged(logger, gone.Count);
        return gone.Count;
    }

    protected override void Failed(Exception exception)
    {
        if (exception is BlobStoreException away)
            Log.ObjectsAway(logger, away.Message);
        else
            base.Failed(exception);
    }

    // A process that died between the bytes and the commit of their row left bytes that no row knows.
    private async Task ReconcileAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await blobs.RemoveAbandonedAsync(now - options.Value.UploadLifetime, cancellationToken);
        await foreach (var batch in blobs.ListAsync(cancellationToken).Chunk(Batch).WithCancellation(cancellationToken))
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            // With a row they are removed like all others, or found by the upload that is under way.
            await connection.ExecuteAsync(new CommandDefinition(
                "INSERT INTO chat.objects (sha256, bytes, touched_at) SELECT hash, 0, @now FROM unnest(@hashes) AS hash ON CONFLICT (sha256) DO NOTHING",
                new { hashes = batch.Select(hash => hash.ToBytes()).ToArray(), now = now.UtcDateTime }, cancellationToken: cancellationToken));
        }
    }
}
