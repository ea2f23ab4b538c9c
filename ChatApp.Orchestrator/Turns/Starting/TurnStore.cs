using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Conversations.Answers;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.V1;
using ChatApp.ServiceDefaults.Storage;
using Google.Protobuf;
using Npgsql;

namespace ChatApp.Orchestrator.Turns.Starting;

/// <summary>
/// Turns in PostgreSQL: how one begins (user message, empty assistant message, lease and first event in one transaction)
/// and how it ends (text, status, usage and last event in one transaction).
/// </summary>
internal sealed class TurnStore(
    OwnedDatabase database, IdFactory ids, ReplicaName replica, TimeProvider time)
{
    private const string FindEarlier =
        $"""
        SELECT {TurnRecord.Columns} FROM chat.turns t WHERE t.id = @turnId AND t.user_id = @owner
        UNION ALL
        SELECT {TurnRecord.Columns} FROM chat.turns t WHERE t.request_id = @requestId AND t.user_id = @owner
        LIMIT 1
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TurnOpening _opening = new(database, ids, replica, time);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <exception cref="RefusedException">Unknown, or another user's.</exception>
    public async Task<TurnRecord> GetAsync(string owner, Guid id, CancellationToken cancellationToken) =>
        await database.For(owner).FirstOrDefaultAsync<TurnRecord>(
            $"SELECT {TurnRecord.Columns} FROM chat.turns t WHERE t.id = @id AND t.user_id = @owner", new { id }, cancellationToken)
        ?? throw RefusedException.NotFound("turn");

    /// <summary>Starts a turn, or finds the one that the same request id started.</summary>
    /// <exception cref="RefusedException">The conversation is unknown, deleted, busy or moved on; or the request id means something else.</exception>
    public Task<StartedTurn> StartAsync(string owner, NewTurn request, CancellationToken cancellationToken)
    {
        // The ids are chosen before the first attempt: one whose commit went through unheard is found by the next.
        var turnId = ids.New();
        return TransientFailures.RetryAsync(time, Patience, async token =>
        {
            try
            {
                return await _opening.TryOpenAsync(owner, turnId, request, token) ?? await TryStartAsync(owner, turnId, request, token);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                // The same request id or the same conversation was started before, perhaps in this very moment.
                return await TryStartAsync(owner, turnId, request, token);
            }
        }, cancellationToken);
    }

    private async Task<StartedTurn> TryStartAsync(string owner, Guid turnId, NewTurn request, CancellationToken cancellationToken)
    {
        await using var transaction = await database.For(owner).BeginAsync(cancellationToken);
        var (conversation, newestTurn, earlier) = await LockAsync(transaction, turnId, request, cancellationToken);
        if (earlier is not null)
            return await AttachAsync(transaction, earlier, turnId, request, cancellationToken);

        var place = conversation is null
            ? await new TurnPlacement(transaction, ids, Now).InNewConversationAsync(request, cancellationToken)
            : await new TurnPlacement(transaction, ids, Now).InAsync(conversation, request, turnId, cancellationToken);

        var started = TurnOpening.Started(turnId, place, request);
        var turn = await transaction.FirstOrDefaultAsync<TurnRecord>(
            $"""
            WITH {TurnOpening.InsertTurn("")}, message AS (
                UPDATE chat.messages m SET turn_id = @turnId FROM t
                WHERE m.id = t.assistant_message_id AND m.user_id = @owner
            )
            SELECT {TurnRecord.Columns} FROM t
            """,
            _opening.Parameters(turnId, place, request, started), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        var question = place.Question is { } asked && asked.ParentId == conversation?.CurrentMessageId ? new KnownQuestion(asked, newestTurn) : null;
        return new StartedTurn(turn!, started, question);
    }

    private static async Task<StartedTurn> AttachAsync(
        OwnerTransaction transaction, TurnRecord earlier, Guid turnId, NewTurn request, CancellationToken cancellationToken)
    {
        if (earlier.Id == turnId && earlier.LeaseEpoch == 1 && !TurnStatus.IsFinal(earlier.Status))
        {
            // Our own first attempt, whose commit went through unheard, and nobody has taken over since.
            var log = await transaction.FirstOrDefaultAsync<byte[]>(
                """
                SELECT l.events FROM chat.turn_log l JOIN chat.turns t ON t.id = l.turn_id
                WHERE l.turn_id = @turnId AND l.first_number = 1 AND t.user_id = @owner
                """,
                new { turnId }, cancellationToken);
            return new StartedTurn(earlier, TurnEventCodec.Decode(log!).First());
        }

        if (!earlier.ContentHash.AsSpan().SequenceEqual(request.ContentHash))
            throw new RefusedException(Refusal.RequestIdReused, "request_id_reused",
                "This request id was used before for a different request. Use a new id for a new request.")
            { Param = "request_id" };
        return new StartedTurn(earlier, null);
    }

    /// <returns>The conversation as it is once it is locked, the turn that wrote its newest message, and the turn that the request started before.</returns>
    private static async Task<(ConversationRecord? Conversation, Guid? NewestTurn, TurnRecord? Earlier)> LockAsync(
        OwnerTransaction transaction, Guid turnId, NewTurn request, CancellationToken cancellationToken)
    {
        if (request.ConversationId is not { } id)
            return (null, null, await transaction.FirstOrDefaultAsync<TurnRecord>(FindEarlier, new { turnId, requestId = request.RequestId }, cancellationToken));

        // The lock is a statement of its own: one that waits for it would go on to read other tables as they were before the wait.
        await using var found = await transaction.QueryManyAsync(
            $"""
            SELECT id FROM chat.conversations WHERE id = @id AND user_id = @owner FOR UPDATE;

            SELECT {ConversationStore.Columns} FROM chat.conversations c WHERE c.id = @id AND c.user_id = @owner;

            SELECT m.turn_id FROM chat.conversations c JOIN chat.messages m ON m.id = c.current_message_id
            WHERE c.id = @id AND c.user_id = @owner AND m.user_id = @owner;

            {FindEarlier};
            """,
            new { id, turnId, requestId = request.RequestId }, cancellationToken);
        await found.ReadFirstOrDefaultAsync<Guid?>();
        var conversation = ConversationStore.Alive(await found.ReadFirstOrDefaultAsync<ConversationRecord>());
        var newestTurn = await found.ReadFirstOrDefaultAsync<Guid?>();
        return (conversation, newestTurn, await found.ReadFirstOrDefaultAsync<TurnRecord>());
    }

    /// <summary>Asks the turn's owner, whoever it is, to end it.</summary>
    /// <returns>The turn's status now.</returns>
    /// <exception cref="RefusedException">Unknown, or another user's.</exception>
    public async Task<string> RequestStopAsync(string owner, Guid id, CancellationToken cancellationToken) =>
        await database.For(owner).FirstOrDefaultAsync<string>(
            """
            WITH stopped AS (
                UPDATE chat.turns SET stop_requested_at = COALESCE(stop_requested_at, @now)
                WHERE id = @id AND user_id = @owner AND status IN ('Queued', 'Running')
            )
            SELECT status FROM chat.turns WHERE id = @id AND user_id = @owner
            """,
            new { id, now = Now }, cancellationToken)
        ?? throw RefusedException.NotFound("turn");

    /// <summary>
    /// Ends a turn: the events that the journal lacks, the message's text and status, the usage and the receipt, all or
    /// nothing. Doing it again after an unheard commit changes nothing.
    /// </summary>
    /// <param name="turn">The turn, with the epoch under which it was run.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="events">All events of the turn, the ended event last.</param>
    /// <param name="cancellationToken">Gives up; nothing is stored then.</param>
    /// <exception cref="FencedException">Another replica owns the turn.</exception>
    public Task FinishAsync(TurnRecord turn, TurnOutcome outcome, IReadOnlyList<TurnEvent> events, CancellationToken cancellationToken)
    {
        var fold = FoldedTurn.Of(events, TurnOrder.Deserialize(turn.Request).InitialContent);
        return EndAsync(turn, outcome, fold.Text, AnswerContent.Serialize(fold.Answer), events, isLogAnew: false, cancellationToken);
    }

    /// <summary>
    /// The same with as little as can be: the text of the events, without its parts, and a log that holds these events alone. The
    /// turn's order is not read.
    /// </summary>
    /// <param name="turn">The turn, with the epoch under which it was given up.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="events">Its events from the first on, the ended event last.</param>
    /// <param name="cancellationToken">Gives up; nothing is stored then.</param>
    /// <exception cref="FencedException">Another replica owns the turn.</exception>
    public Task GiveUpAsync(TurnRecord turn, TurnOutcome outcome, IReadOnlyList<TurnEvent> events, CancellationToken cancellationToken) =>
        EndAsync(turn, outcome, events.Count > 1 ? Storable(FoldedTurn.Of(events).Text) : null, null, events, isLogAnew: true, cancellationToken);

    // PostgreSQL's text can hold neither U+0000 nor half a surrogate pair.
    private static string Storable(string text) =>
        string.Concat(text.EnumerateRunes().Where(rune => rune.Value != 0).Select(rune => rune.ToString()));

    private async Task EndAsync(
        TurnRecord turn, TurnOutcome outcome, string? text, string? content, IReadOnlyList<TurnEvent> events, bool isLogAnew, CancellationToken cancellationToken)
    {
        await using var transaction = await database.For(turn.UserId).BeginAsync(cancellationToken);
        var stored = await LockAsync(transaction, turn, cancellationToken);
        if (stored is null || stored.LeaseEpoch != turn.LeaseEpoch)
            throw new FencedException(turn.Id);
        if (TurnStatus.IsFinal(stored.Status))
            return;

        var journaled = stored.LastNumber;
        if (isLogAnew)
        {
            journaled = 0;
            await transaction.ExecuteAsync(
                "DELETE FROM chat.turn_log l USING chat.turns t WHERE l.turn_id = @Id AND t.id = l.turn_id AND t.user_id = @owner", new { turn.Id }, cancellationToken);
        }

        await transaction.ExecuteAsync(
            """
            INSERT INTO chat.turn_log (turn_id, first_number, last_number, events)
            SELECT t.id, @first, @last, @events FROM chat.turns t WHERE t.id = @Id AND t.user_id = @owner;

            UPDATE chat.turns SET status = @status, finish_reason = @finishReason, model = @model, error = @error::jsonb,
                receipt = @receipt::jsonb, last_number = @last, ended_at = @now
            WHERE id = @Id AND user_id = @owner;

            UPDATE chat.messages SET text = COALESCE(@text, text), content_json = CASE WHEN @text::text IS NULL THEN content_json ELSE @content::jsonb END,
                status = @status, model = @model, token_count = @answerTokens, token_model = @model
            WHERE id = @AssistantMessageId AND user_id = @owner;

            UPDATE chat.tool_calls SET status = 'stopped', ended_at = @now WHERE turn_id = @Id AND user_id = @owner AND status = 'started';

            UPDATE chat.messages m SET token_count = c.tokens, token_model = @model
            FROM unnest(@counted, @counts) AS c(id, tokens)
            WHERE m.id = c.id AND m.id <> @AssistantMessageId AND m.user_id = @owner;

            UPDATE chat.conversations SET updated_at = @now WHERE id = @ConversationId AND user_id = @owner;

            INSERT INTO chat.usage_events (id, user_id, turn_id, request_id, purpose, model, input_tokens, cached_tokens, output_tokens,
                cost, upstream, outcome, ts)
            VALUES (@usageId, @owner, @Id, @RequestId, 'turn', @model, @inputTokens, @cachedTokens, @outputTokens,
                @Cost, @Upstream, lower(@status), @now)
            ON CONFLICT (turn_id) DO NOTHING;
            """,
            new
            {
                turn.Id,
                turn.ConversationId,
                turn.AssistantMessageId,
                turn.RequestId,
                first = journaled + 1,
                last = events[^1].Number,
                events = TurnEventCodec.Encode([.. events.Where(turnEvent => turnEvent.Number > journaled)]),
                status = outcome.Status,
                finishReason = outcome.FinishReason,
                model = outcome.Model,
                error = outcome.Error is { } error ? JsonFormatter.Default.Format(error) : null,
                receipt = outcome.Receipt,
                text,
                content,
                answerTokens = outcome.AnswerTokens,
                counted = outcome.FreshCounts.Keys.ToArray(),
                counts = outcome.FreshCounts.Values.ToArray(),
                usageId = ids.New(),
                inputTokens = outcome.Usage.InputTokens,
                cachedTokens = outcome.Usage.CachedTokens,
                outputTokens = outcome.Usage.OutputTokens,
                outcome.Cost,
                outcome.Upstream,
                now = Now,
            },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<TurnRecord?> LockAsync(OwnerTransaction transaction, TurnRecord turn, CancellationToken cancellationToken)
    {
        await using var locked = await transaction.QueryManyAsync(
            $"""
            SELECT id FROM chat.conversations WHERE id = @ConversationId AND user_id = @owner FOR UPDATE;

            SELECT {TurnRecord.Columns} FROM chat.turns t WHERE t.id = @Id AND t.user_id = @owner FOR UPDATE;
            """,
            new { turn.Id, turn.ConversationId }, cancellationToken);
        await locked.ReadFirstOrDefaultAsync<Guid?>();
        return await locked.ReadFirstOrDefaultAsync<TurnRecord>();
    }
}
