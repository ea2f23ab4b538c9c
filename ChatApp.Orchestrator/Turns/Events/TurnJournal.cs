using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.V1;
using Dapper;
using Google.Protobuf;
using Npgsql;

namespace ChatApp.Orchestrator.Turns.Events;

/// <summary>
/// The durable half of a turn's log, in PostgreSQL: the very same numbered events as in Redis, at most a second behind. An
/// answer's draft is what its events fold to, so text, numbers and their mapping can't disagree.
/// </summary>
internal sealed class TurnJournal(NpgsqlDataSource dataSource, OwnedDatabase database) : IAsyncDisposable
{
    private readonly OwnConnection _own = new(dataSource);

    /// <summary>Events after a number, in order.</summary>
    public async Task<IReadOnlyList<TurnEvent>> ReadAsync(string owner, Guid turnId, long after, CancellationToken cancellationToken) =>
        [.. (await ReadChunksAsync(owner, turnId, after, cancellationToken)).SelectMany(TurnEventCodec.Decode).Where(turnEvent => turnEvent.Number > after)];

    /// <summary>The events up to the first that can't be read.</summary>
    public async Task<IReadOnlyList<TurnEvent>> ReadReadableAsync(string owner, Guid turnId, CancellationToken cancellationToken)
    {
        var events = new List<TurnEvent>();
        try
        {
            foreach (var chunk in await ReadChunksAsync(owner, turnId, 0, cancellationToken))
                events.AddRange(TurnEventCodec.Decode(chunk));
        }
        catch (InvalidProtocolBufferException)
        {
            // What comes behind it has no place any more.
        }

        return events;
    }

    private Task<IReadOnlyList<byte[]>> ReadChunksAsync(string owner, Guid turnId, long after, CancellationToken cancellationToken) =>
        database.For(owner).QueryAsync<byte[]>(
            """
            SELECT l.events FROM chat.turn_log l JOIN chat.turns t ON t.id = l.turn_id
            WHERE l.turn_id = @turnId AND t.user_id = @owner AND l.last_number > @after
            ORDER BY l.first_number
            """,
            new { turnId, after }, cancellationToken);

    /// <summary>
    /// Appends for many turns in one statement. An entry is taken only from the owner of the lease and only where the
    /// journal ends right before it, so a repeated append changes nothing. For one caller at a time.
    /// </summary>
    public Task<IReadOnlyList<JournalState>> AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken) =>
        _own.UseAsync(connection => AppendAsync(connection, entries, cancellationToken), cancellationToken);

    public ValueTask DisposeAsync() => _own.DisposeAsync();

    private static async Task<IReadOnlyList<JournalState>> AppendAsync(
        NpgsqlConnection connection, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        var written = (await connection.QueryAsync<Guid>(new CommandDefinition(
            """
            WITH draft AS (
                SELECT * FROM unnest(@ids, @epochs, @firsts, @lasts, @events) AS d(turn_id, epoch, first_number, last_number, events)
            ), free AS MATERIALIZED (
                SELECT t.id FROM chat.turns t JOIN draft d ON t.id = d.turn_id FOR UPDATE OF t SKIP LOCKED
            ), held AS (
                UPDATE chat.turns t SET last_number = d.last_number FROM draft d JOIN free f ON f.id = d.turn_id
                WHERE t.id = d.turn_id AND t.lease_epoch = d.epoch AND t.last_number = d.first_number - 1
                  AND t.status IN ('Queued', 'Running')
                RETURNING t.id
            )
            INSERT INTO chat.turn_log (turn_id, first_number, last_number, events)
            SELECT d.turn_id, d.first_number, d.last_number, d.events FROM draft d JOIN held h ON h.id = d.turn_id
            RETURNING turn_id
            """,
            new
            {
                ids = entries.Select(e => e.TurnId).ToArray(),
                epochs = entries.Select(e => e.Epoch).ToArray(),
                firsts = entries.Select(e => e.FirstNumber).ToArray(),
                lasts = entries.Select(e => e.LastNumber).ToArray(),
                events = entries.Select(e => e.Events).ToArray(),
            },
            cancellationToken: cancellationToken))).ToHashSet();

        var states = new List<JournalState>(entries.Count);
        foreach (var entry in entries)
        {
            if (written.Contains(entry.TurnId))
                states.Add(new JournalState(entry.TurnId, entry.LastNumber, Fenced: false));
        }

        if (written.Count < entries.Count)
            states.AddRange(await ExplainAsync(connection, [.. entries.Where(e => !written.Contains(e.TurnId))], cancellationToken));
        return states;
    }

    // Not taken: an earlier attempt got through although its answer was lost, the row is locked by a statement about that one
    // turn, which the others don't wait for, or the turn is no longer ours.
    private static async Task<IReadOnlyList<JournalState>> ExplainAsync(
        NpgsqlConnection connection, JournalEntry[] refused, CancellationToken cancellationToken)
    {
        var rows = (await connection.QueryAsync<(Guid Id, long Epoch, long LastNumber, bool Final)>(new CommandDefinition(
            """
            SELECT id, lease_epoch, last_number, status NOT IN ('Queued', 'Running')
            FROM chat.turns WHERE id = ANY(@ids)
            """,
            new { ids = refused.Select(e => e.TurnId).ToArray() },
            cancellationToken: cancellationToken))).ToDictionary(row => row.Id);

        return [.. refused.Select(entry => rows.TryGetValue(entry.TurnId, out var row)
            ? new JournalState(entry.TurnId, row.LastNumber, row.Final || row.Epoch != entry.Epoch)
            : new JournalState(entry.TurnId, 0, Fenced: true))];
    }
}

/// <summary>Consecutive events of one turn, ready to be written by the owner of its lease.</summary>
internal sealed record JournalEntry(Guid TurnId, long Epoch, long FirstNumber, long LastNumber, byte[] Events);

/// <summary>Where the journal stands with a turn after an append.</summary>
/// <param name="LastNumber">Events 1 to this one are durable.</param>
/// <param name="Fenced">Another replica owns the turn, or it has ended.</param>
internal sealed record JournalState(Guid TurnId, long LastNumber, bool Fenced);
