using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Records;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatApp.Orchestrator.Turns.Leases;

/// <summary>
/// Who runs which turn. A turn belongs to the replica that it names for as long as that replica says that it lives, by
/// PostgreSQL's clock alone: replicas whose clocks differ or jump agree on who is dead. Each new owner gets a higher epoch,
/// which fences off what the last one still writes.
/// </summary>
/// <remarks>The service's own business, across users: the one store beside <see cref="TurnJournal"/> that is not bound to an owner.</remarks>
internal sealed class TurnLeases(NpgsqlDataSource dataSource, ReplicaName replica, IOptions<TurnOptions> options) : IAsyncDisposable
{
    private readonly OwnConnection _own = new(dataSource);

    /// <summary>Says that this replica lives, which prolongs all its leases; for one caller at a time.</summary>
    /// <returns>The unfinished turns that are this replica's.</returns>
    public Task<IReadOnlyDictionary<Guid, HeldLease>> RenewAsync(CancellationToken cancellationToken) =>
        _own.UseAsync<IReadOnlyDictionary<Guid, HeldLease>>(async connection => (await connection.QueryAsync<(Guid Id, long Epoch, bool Stop)>(new CommandDefinition(
            """
            WITH alive AS (
                INSERT INTO chat.replicas (name, alive_until) VALUES (@replica, clock_timestamp() + @duration)
                ON CONFLICT (name) DO UPDATE SET alive_until = excluded.alive_until
            )
            SELECT id, lease_epoch, stop_requested_at IS NOT NULL
            FROM chat.turns WHERE lease_owner = @replica AND status IN ('Queued', 'Running')
            """,
            new { replica = replica.Value, duration = options.Value.LeaseDuration },
            cancellationToken: cancellationToken))).ToDictionary(row => row.Id, row => new HeldLease(row.Id, row.Epoch, row.Stop)), cancellationToken);

    /// <summary>Takes over turns whose owner has gone silent, the oldest first.</summary>
    public async Task<IReadOnlyList<TurnRecord>> ClaimExpiredAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // The living are a list and not a join: when a row was claimed in this very moment it is looked up again by its new owner.
        // lease_until is what replicas of the release before this one go by: theirs expire, ours never do.
        return [.. await connection.QueryAsync<TurnRecord>(new CommandDefinition(
            $"""
            UPDATE chat.turns t SET lease_owner = @replica, lease_until = 'infinity', lease_epoch = lease_epoch + 1, takeovers = takeovers + 1
            WHERE t.id IN (
                SELECT id FROM chat.turns
                WHERE status IN ('Queued', 'Running')
                  AND lease_owner <> ALL (ARRAY(SELECT name FROM chat.replicas WHERE alive_until >= clock_timestamp()))
                  AND (lease_until = 'infinity' OR lease_until < clock_timestamp())
                ORDER BY created_at LIMIT @limit
                FOR UPDATE SKIP LOCKED)
            RETURNING {TurnRecord.Columns}
            """,
            new { replica = replica.Value, limit },
            cancellationToken: cancellationToken))];
    }

    /// <summary>Gives a turn up at once, for another replica to go on with it.</summary>
    /// <param name="turnId">The turn.</param>
    /// <param name="epoch">The epoch of our lease.</param>
    /// <param name="isOrderly">It was handed over and has killed no one: it does not count as a takeover.</param>
    /// <param name="cancellationToken">Leaves it to expire.</param>
    public async Task ReleaseAsync(Guid turnId, long epoch, bool isOrderly, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE chat.turns SET lease_owner = '', takeovers = takeovers - @uncounted
            WHERE id = @turnId AND lease_epoch = @epoch AND lease_owner = @replica AND status IN ('Queued', 'Running')
            """,
            new { turnId, epoch, replica = replica.Value, uncounted = isOrderly ? 1 : 0 }, cancellationToken: cancellationToken));
    }

    /// <summary>This replica lives no more; and those that have been dead for a day are forgotten.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM chat.replicas WHERE name = @replica OR alive_until < clock_timestamp() - interval '1 day'",
            new { replica = replica.Value }, cancellationToken: cancellationToken));
    }

    public ValueTask DisposeAsync() => _own.DisposeAsync();
}

/// <summary>An unfinished turn that this replica is said to run, and whether someone asked to stop it.</summary>
internal sealed record HeldLease(Guid TurnId, long Epoch, bool IsStopRequested);
