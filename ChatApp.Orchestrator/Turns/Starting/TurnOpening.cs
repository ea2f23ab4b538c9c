using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Turns.Starting;

/// <summary>
/// The common beginnings of a turn, each in one round trip: people wait for it. Whatever else there is, and whatever has
/// to be refused, is left to <see cref="TurnStore"/>.
/// </summary>
internal sealed class TurnOpening(OwnedDatabase database, IdFactory ids, ReplicaName replica, TimeProvider time)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>The parts of a <c>WITH</c> that add a turn, <c>t</c>, and its first event.</summary>
    /// <param name="from">A <c>FROM</c> whose rows decide whether there is one.</param>
    public static string InsertTurn(string from) =>
        $"""
        t AS (
            INSERT INTO chat.turns (id, conversation_id, user_id, request_id, content_hash, status, request, model,
                user_message_id, assistant_message_id, lease_owner, last_number, created_at)
            SELECT @turnId, @ConversationId, @owner, @requestId, @hash, 'Running', @order::jsonb, @model,
                @UserMessageId, @AssistantMessageId, @replica, 1, @now {from}
            RETURNING *
        ), log AS (
            INSERT INTO chat.turn_log (turn_id, first_number, last_number, events) SELECT t.id, 1, 1, @events FROM t
        )
        """;

    public static TurnEvent Started(Guid turnId, TurnPlace place, NewTurn request) => new()
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

    public object Parameters(Guid turnId, TurnPlace place, NewTurn request, TurnEvent started) => new
    {
        turnId,
        place.ConversationId,
        place.ParentId,
        place.UserMessageId,
        place.AssistantMessageId,
        content = request.Content,
        requestId = request.RequestId,
        hash = request.ContentHash,
        order = (request.Order with { InitialText = place.InitialText, InitialContent = place.InitialContent }).Serialize(),
        model = request.Order.Model,
        replica = replica.Value,
        events = TurnEventCodec.Encode([started]),
        now = Now,
    };

    /// <returns>Null when this is no common beginning, or can't be one: nothing was stored then.</returns>
    /// <exception cref="Npgsql.PostgresException">A unique violation: the turn, or another one, was started before.</exception>
    public async Task<StartedTurn?> TryOpenAsync(string owner, Guid turnId, NewTurn request, CancellationToken cancellationToken) => request switch
    {
        { Kind: not TurnKind.Append } or { Branch: true } or { Files.Count: > 0 } => null,
        { ConversationId: null, ParentId: null } => await OpenConversationAsync(owner, turnId, request, cancellationToken),
        { ConversationId: { } conversation, ParentId: { } parent } => await AppendAsync(owner, turnId, request, conversation, parent, cancellationToken),
        _ => null,
    };

    private async Task<StartedTurn?> OpenConversationAsync(string owner, Guid turnId, NewTurn request, CancellationToken cancellationToken)
    {
        var place = Place(ids.New(), null, 1, request);
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
            ), {InsertTurn("")}
            SELECT {TurnRecord.Columns} FROM t
            """,
            Parameters(turnId, place, request, started), cancellationToken);
        return new StartedTurn(turn!, started, new KnownQuestion(place.Question!, null));
    }

    // Two statements, one transaction: one that waits for a lock would go on to read other tables as they were before the wait.
    private async Task<StartedTurn?> AppendAsync(
        string owner, Guid turnId, NewTurn request, Guid conversation, Guid parent, CancellationToken cancellationToken)
    {
        var place = Place(conversation, parent, 0, request);
        var started = Started(turnId, place, request);
        var turn = await database.For(owner).SecondOrDefaultAsync<TurnRecord>(
            $"""
            SELECT id FROM chat.conversations WHERE id = @ConversationId AND user_id = @owner FOR UPDATE;

            WITH c AS (
                SELECT c.id, c.last_seq, m.turn_id AS parent_turn_id
                FROM chat.conversations c JOIN chat.messages m ON m.id = c.current_message_id AND m.user_id = @owner
                WHERE c.id = @ConversationId AND c.user_id = @owner AND c.deleted_at IS NULL AND c.current_message_id = @ParentId
                  AND NOT EXISTS (SELECT FROM chat.turns t WHERE t.conversation_id = c.id AND t.status IN ('Queued', 'Running'))
            ), messages AS (
                INSERT INTO chat.messages (id, conversation_id, user_id, parent_id, seq, role, text, status, turn_id, created_at)
                SELECT @UserMessageId, c.id, @owner, @ParentId, c.last_seq + 1, 'user', @content, 'Completed', NULL::uuid, @now FROM c
                UNION ALL
                SELECT @AssistantMessageId, c.id, @owner, @UserMessageId, c.last_seq + 2, 'assistant', '', 'Streaming', @turnId, @now FROM c
            ), moved AS (
                UPDATE chat.conversations SET last_seq = c.last_seq + 2, current_message_id = @AssistantMessageId, updated_at = @now
                FROM c WHERE conversations.id = c.id AND conversations.user_id = @owner
            ), {InsertTurn("FROM c")}
            SELECT {TurnRecord.Columns}, c.parent_turn_id, c.last_seq + 1 AS question_seq FROM t, c;
            """,
            Parameters(turnId, place, request, started), cancellationToken);
        return turn is null
            ? null
            : new StartedTurn(turn, started, new KnownQuestion(place.Question! with { Seq = turn.QuestionSeq }, turn.ParentTurnId));
    }

    private TurnPlace Place(Guid conversation, Guid? parent, long seq, NewTurn request)
    {
        var question = new MessageRecord
        {
            Id = ids.New(),
            ConversationId = conversation,
            ParentId = parent,
            Seq = seq,
            Role = MessageRoles.User,
            Text = request.Content,
            Status = MessageStatuses.Completed,
            CreatedAt = Now,
        };
        return new TurnPlace(conversation, parent, question.Id, ids.New(), Question: question);
    }
}
