using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.V1;
using ChatApp.ServiceDefaults.Storage;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatApp.Orchestrator.Turns;

/// <summary>
/// Turns in PostgreSQL: how one begins (user message, empty assistant message, lease and first event in one transaction)
/// and how it ends (text, status, usage and last event in one transaction).
/// </summary>
public sealed class TurnStore(
    OwnedDatabase database, IdFactory ids, ReplicaName replica, TimeProvider time, IOptions<TurnOptions> options)
{
    /// <summary>The columns of <see cref="TurnRecord"/>, from <c>chat.turns t</c>.</summary>
    internal const string Columns =
        """
        t.id, t.conversation_id, t.user_id, t.request_id, t.content_hash, t.status, t.request, t.user_message_id,
        t.assistant_message_id, t.lease_epoch, t.takeovers, t.stop_requested_at IS NOT NULL AS stop_requested,
        t.last_number, t.receipt, t.created_at
        """;

    /// <summary>The parts of a <c>WITH</c> that add a turn, <c>t</c>, and its first event.</summary>
    private const string InsertTurn =
        """
        t AS (
            INSERT INTO chat.turns (id, conversation_id, user_id, request_id, content_hash, status, request, model,
                user_message_id, assistant_message_id, lease_owner, lease_until, last_number, created_at)
            VALUES (@turnId, @ConversationId, @owner, @requestId, @hash, 'Running', @order::jsonb, @model,
                @UserMessageId, @AssistantMessageId, @replica, clock_timestamp() + @lease, 1, @now)
            RETURNING *
        ), log AS (
            INSERT INTO chat.turn_log (turn_id, first_number, last_number, events) SELECT t.id, 1, 1, @events FROM t
        )
        """;

    private const string FindEarlier =
        $"""
        SELECT {Columns} FROM chat.turns t WHERE t.id = @turnId AND t.user_id = @owner
        UNION ALL
        SELECT {Columns} FROM chat.turns t WHERE t.request_id = @requestId AND t.user_id = @owner
        LIMIT 1
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <exception cref="RefusedException">Unknown, or another user's.</exception>
    public async Task<TurnRecord> GetAsync(string owner, Guid id, CancellationToken cancellationToken) =>
        await database.For(owner).FirstOrDefaultAsync<TurnRecord>(
            $"SELECT {Columns} FROM chat.turns t WHERE t.id = @id AND t.user_id = @owner", new { id }, cancellationToken)
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
                return IsPlainBeginning(request)
                    ? await BeginConversationAsync(owner, turnId, request, token)
                    : await TryStartAsync(owner, turnId, request, token);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                // The same request id or the same conversation was started before, perhaps in this very moment.
                return await TryStartAsync(owner, turnId, request, token);
            }
        }, cancellationToken);
    }

    private static bool IsPlainBeginning(NewTurn request) =>
        request is { ConversationId: null, ParentId: null, Kind: TurnKind.Append, Files.Count: 0 };

    /// <summary>A conversation, its first two messages and its turn in one statement: most people wait for nothing else.</summary>
    private async Task<StartedTurn> BeginConversationAsync(string owner, Guid turnId, NewTurn request, CancellationToken cancellationToken)
    {
        var question = new MessageRecord
        {
            Id = ids.New(),
            ConversationId = ids.New(),
            Seq = 1,
            Role = MessageRoles.User,
            Text = request.Content,
            Status = MessageStatuses.Completed,
            CreatedAt = Now,
        };
        var place = new TurnPlace(question.ConversationId, null, question.Id, ids.New(), Question: question);
        var started = Started(turnId, place, request);
        var turn = await database.For(owner).FirstOrDefaultAsync<TurnRecord>(
            $"""
            WITH conversation AS (
                INSERT INTO chat.conversations (id, user_id, last_seq, current_message_id, created_at, updated_at)
                VALUES (@ConversationId, @owner, 2, @AssistantMessageId, @now, @now)
            ), messages AS (
                INSERT INTO chat.messages (id, conversation_id, user_id, parent_id, seq, role, text, status, turn_id, created_at)
                VALUES (@UserMessageId, @ConversationId, @owner, NULL, 1, 'user', @content, 'Completed', NULL, @now),
                    (@AssistantMessageId, @ConversationId, @owner, @UserMessageId, 2, 'assistant', '', 'Streaming', @turnId, @now)
            ), {InsertTurn}
            SELECT {Columns} FROM t
            """,
            Parameters(turnId, place, request, started), cancellationToken);
        return new StartedTurn(turn!, started, new KnownQuestion(question, null));
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

        var started = Started(turnId, place, request);
        var turn = await transaction.FirstOrDefaultAsync<TurnRecord>(
            $"""
            WITH {InsertTurn}, message AS (
                UPDATE chat.messages m SET turn_id = @turnId FROM t
                WHERE m.id = t.assistant_message_id AND m.user_id = @owner
            )
            SELECT {Columns} FROM t
            """,
            Parameters(turnId, place, request, started), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        var question = place.Question is { } asked && asked.ParentId == conversation?.CurrentMessageId ? new KnownQuestion(asked, newestTurn) : null;
        return new StartedTurn(turn!, started, question);
    }

    private static TurnEvent Started(Guid turnId, TurnPlace place, NewTurn request) => new()
    {
        Number = 1,
        Started = new TurnStarted
        {
            TurnId = WireId.Format(WireId.Turn, turnId),
            ConversationId = WireId.Format(WireId.Conversation, place.ConversationId),
            UserMessageId = WireId.Format(WireId.Message, place.UserMessageId),
            AssistantMessageId = WireId.Format(WireId.Message, place.AssistantMessageId),
            ParentId = WireId.Format(WireId.Message, place.ParentId),
            Model = request.Order.Model ?? "",
            InitialText = place.InitialText ?? "",
        },
    };

    private object Parameters(Guid turnId, TurnPlace place, NewTurn request, TurnEvent started) => new
    {
        turnId,
        place.ConversationId,
        place.UserMessageId,
        place.AssistantMessageId,
        content = request.Content,
        requestId = request.RequestId,
        hash = request.ContentHash,
        order = (request.Order with { InitialText = place.InitialText, InitialContent = place.InitialContent }).Serialize(),
        model = request.Order.Model,
        replica = replica.Value,
        lease = options.Value.LeaseDuration,
        events = TurnEventCodec.Encode([started]),
        now = Now,
    };

    private static async Task<StartedTurn> AttachAsync(
        OwnerTransaction transaction, TurnRecord earlier, Guid turnId, NewTurn request, CancellationToken cancellationToken)
    {
        if (earlier.Id == turnId)
        {
            // Our own first attempt, whose commit went through unheard.
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
    public async Task FinishAsync(
        TurnRecord turn, TurnOutcome outcome, IReadOnlyList<TurnEvent> events, CancellationToken cancellationToken)
    {
        await using var transaction = await database.For(turn.UserId).BeginAsync(cancellationToken);
        await transaction.FirstOrDefaultAsync<Guid?>(
            "SELECT id FROM chat.conversations WHERE id = @ConversationId AND user_id = @owner FOR UPDATE",
            new { turn.ConversationId }, cancellationToken);
        var stored = await transaction.FirstOrDefaultAsync<TurnRecord>(
            $"SELECT {Columns} FROM chat.turns t WHERE t.id = @Id AND t.user_id = @owner FOR UPDATE", new { turn.Id }, cancellationToken);
        if (stored is null || stored.LeaseEpoch != turn.LeaseEpoch)
            throw new FencedException(turn.Id);
        if (TurnStatus.IsFinal(stored.Status))
            return;

        var missing = events.Where(turnEvent => turnEvent.Number > stored.LastNumber).ToList();
        var fold = TurnFold.Of(events, TurnOrder.Deserialize(turn.Request).InitialContent);
        await transaction.ExecuteAsync(
            """
            INSERT INTO chat.turn_log (turn_id, first_number, last_number, events)
            SELECT t.id, @first, @last, @events FROM chat.turns t WHERE t.id = @Id AND t.user_id = @owner;

            UPDATE chat.turns SET status = @status, finish_reason = @finishReason, model = @model, error = @error::jsonb,
                receipt = @receipt::jsonb, last_number = @last, ended_at = @now
            WHERE id = @Id AND user_id = @owner;

            UPDATE chat.messages SET text = @text, content_json = @content::jsonb, status = @status, model = @model, token_count = @answerTokens, token_model = @model
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
                first = stored.LastNumber + 1,
                last = events[^1].Number,
                events = TurnEventCodec.Encode(missing),
                status = outcome.Status,
                finishReason = outcome.FinishReason,
                model = outcome.Model,
                error = outcome.Error is { } error ? JsonFormatter.Default.Format(error) : null,
                receipt = outcome.Receipt,
                text = fold.Text,
                content = AnswerContent.Serialize(fold.Answer),
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
}
