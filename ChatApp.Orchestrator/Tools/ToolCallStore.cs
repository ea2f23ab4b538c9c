using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Records;

namespace ChatApp.Orchestrator.Tools;

/// <summary>Tool calls in PostgreSQL: each is there before it runs, so that whoever takes the turn over knows of it.</summary>
internal sealed class ToolCallStore(OwnedDatabase database, TimeProvider time)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Records calls that are about to run, all or none; doing it again changes nothing.</summary>
    /// <exception cref="FencedException">Another replica owns the turn.</exception>
    public async Task RecordAsync(TurnRecord turn, IReadOnlyList<ToolStep> calls, CancellationToken cancellationToken)
    {
        // The row lock makes a takeover come before this or after it.
        var owned = await database.For(turn.UserId).FirstOrDefaultAsync<int>(
            """
            WITH mine AS (
                SELECT id FROM chat.turns
                WHERE id = @turnId AND user_id = @owner AND lease_epoch = @epoch AND status IN ('Queued', 'Running')
                FOR NO KEY UPDATE
            ), added AS (
                INSERT INTO chat.tool_calls (turn_id, user_id, call_id, round, position, name, arguments, status, started_at)
                SELECT mine.id, @owner, c.call_id, c.round, c.position, c.name, c.arguments, 'started', @now
                FROM mine, unnest(@ids, @rounds, @positions, @names, @arguments) AS c(call_id, round, position, name, arguments)
                ON CONFLICT (turn_id, call_id) DO NOTHING
            )
            SELECT count(*)::int FROM mine
            """,
            new
            {
                turnId = turn.Id,
                epoch = turn.LeaseEpoch,
                now = Now,
                ids = calls.Select(call => call.Id).ToArray(),
                rounds = calls.Select(call => call.Round).ToArray(),
                positions = Enumerable.Range(0, calls.Count).ToArray(),
                names = calls.Select(call => call.Name).ToArray(),
                arguments = calls.Select(call => call.Arguments).ToArray(),
            },
            cancellationToken);
        if (owned == 0)
            throw new FencedException(turn.Id);
    }

    /// <summary>Records what came of a call; the first outcome stands.</summary>
    public Task FinishAsync(TurnRecord turn, ToolStep call, CancellationToken cancellationToken) =>
        database.For(turn.UserId).FirstOrDefaultAsync<int>(
            """
            WITH done AS (
                UPDATE chat.tool_calls SET status = @Status, result = @Result, duration_ms = @DurationMs, ended_at = @now
                WHERE turn_id = @turnId AND call_id = @Id AND user_id = @owner AND status = 'started'
                RETURNING 1
            )
            SELECT count(*)::int FROM done
            """,
            new { turnId = turn.Id, call.Id, call.Status, call.Result, call.DurationMs, now = Now }, cancellationToken);

    /// <summary>The calls of a turn, in their order.</summary>
    public Task<IReadOnlyList<ToolStep>> ListAsync(string owner, Guid turnId, CancellationToken cancellationToken) =>
        database.For(owner).QueryAsync<ToolStep>(
            """
            SELECT call_id AS id, round, name, arguments, status, result, duration_ms
            FROM chat.tool_calls WHERE turn_id = @turnId AND user_id = @owner ORDER BY round, position
            """,
            new { turnId }, cancellationToken);
}
