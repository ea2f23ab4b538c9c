using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatApp.Orchestrator.Turns;

/// <summary>
/// Who runs which turn. A lease is measured by PostgreSQL's clock alone, so replicas whose clocks differ or jump agree on
/// when one has expired; each new owner gets a higher epoch, which fences off what the last one still writes.
/// </summary>
/// <remarks>The service's own business, across users: the one store beside <see cref="TurnJournal"/> that is not bound to an owner.</remarks>
public sealed class TurnLeases(NpgsqlDataSource dataSource, ReplicaName replica, IOptions<TurnOptions> options)
{
    /// <summary>Prolongs the leases that are still ours.</summary>
    /// <returns>The turns whose lease was prolonged, with whether someone asked to stop them; a turn that is missing is no longer ours.</returns>
    public async Task<IReadOnlyDictionary<Guid, bool>> RenewAsync(
        IReadOnlyCollection<(Guid TurnId, long Epoch)> leases, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(Guid Id, bool Stop)>(new CommandDefinition(
            """
            UPDATE chat.turns t SET lease_until = clock_timestamp() + @duration
            FROM unnest(@ids, @epochs) AS mine(id, epoch)
            WHERE t.id = mine.id AND t.lease_epoch = mine.epoch AND t.status IN ('Queued', 'Running')
            RETURNING t.id, t.stop_requested_at IS NOT NULL
            """,
            new
            {
                ids = leases.Select(lease => lease.TurnId).ToArray(),
                epochs = leases.Select(lease => lease.Epoch).ToArray(),
                duration = options.Value.LeaseDuration,
            },
            cancellationToken: cancellationToken));
        return rows.ToDictionary(row => row.Id, row => row.Stop);
    }

    /// <summary>Takes over turns whose owner has gone silent, the longest silent first.</summary>
    public async Task<IReadOnlyList<TurnRecord>> ClaimExpiredAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<TurnRecord>(new CommandDefinition(
            $"""
            UPDATE chat.turns t SET
                lease_owner = @replica, lease_epoch = lease_epoch + 1, takeovers = takeovers + 1,
                lease_until = clock_timestamp() + @duration
            WHERE t.id IN (
                SELECT id FROM chat.turns
                WHERE status IN ('Queued', 'Running') AND lease_until < clock_timestamp()
                ORDER BY lease_until LIMIT @limit
                FOR UPDATE SKIP LOCKED)
            RETURNING {TurnStore.Columns}
            """,
            new { replica = replica.Value, duration = options.Value.LeaseDuration, limit },
            cancellationToken: cancellationToken))];
    }

    /// <summary>Gives a turn up at once, for another replica to go on with it.</summary>
    public async Task ReleaseAsync(Guid turnId, long epoch, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // A turn that is handed over in an orderly way did not kill anyone: it does not count as a takeover.
        await connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE chat.turns SET lease_until = '-infinity', takeovers = takeovers - 1
            WHERE id = @turnId AND lease_epoch = @epoch AND status IN ('Queued', 'Running')
            """,
            new { turnId, epoch }, cancellationToken: cancellationToken));
    }
}
