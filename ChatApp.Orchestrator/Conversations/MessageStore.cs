using ChatApp.Orchestrator.Conversations.Answers;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Conversations;

/// <summary>Reads the tree of a conversation's messages.</summary>
internal sealed class MessageStore(OwnedDatabase database, TurnJournal journal)
{
    /// <summary>The columns of <see cref="MessageRecord"/>, from <c>chat.messages m</c>.</summary>
    internal const string Columns =
        """
        m.id, m.conversation_id, m.parent_id, m.seq, m.role, m.text, m.content_json, m.status, m.model, m.turn_id,
        m.token_count, m.token_model, m.created_at
        """;

    /// <summary>The whole tree in <c>seq</c> order; a streaming message has the text that its turn's log holds so far.</summary>
    public async Task<IReadOnlyList<MessageRecord>> GetTreeAsync(string owner, Guid conversationId, CancellationToken cancellationToken)
    {
        var messages = await database.For(owner).QueryAsync<MessageRecord>(
            $"SELECT {Columns} FROM chat.messages m WHERE m.conversation_id = @conversationId AND m.user_id = @owner ORDER BY m.seq",
            new { conversationId }, cancellationToken);

        var folded = new List<MessageRecord>(messages.Count);
        foreach (var message in messages)
        {
            folded.Add(message is { Status: MessageStatuses.Streaming, TurnId: { } turnId }
                ? SoFar(message, await journal.ReadAsync(owner, turnId, 0, cancellationToken))
                : message);
        }

        return folded;
    }

    private static MessageRecord SoFar(MessageRecord message, IReadOnlyList<TurnEvent> events)
    {
        var fold = FoldedTurn.Of(events, message.ContentJson);
        return message with { Text = fold.Text, ContentJson = AnswerContent.Serialize(fold.Answer) };
    }

    /// <summary>The path that ends in <paramref name="leafId"/>, oldest first, at most <paramref name="limit"/> messages of it.</summary>
    public Task<IReadOnlyList<MessageRecord>> GetPathAsync(
        string owner, Guid conversationId, Guid leafId, int limit, CancellationToken cancellationToken) =>
        database.For(owner).QueryAsync<MessageRecord>(
            $"""
            WITH RECURSIVE path AS (
                SELECT m.id, m.parent_id, 1 AS depth FROM chat.messages m
                WHERE m.id = @leafId AND m.conversation_id = @conversationId AND m.user_id = @owner
              UNION ALL
                SELECT m.id, m.parent_id, p.depth + 1 FROM chat.messages m
                JOIN path p ON m.id = p.parent_id
                WHERE p.depth < @limit AND m.user_id = @owner
            )
            SELECT {Columns} FROM chat.messages m JOIN path p ON p.id = m.id ORDER BY p.depth DESC
            """,
            new { conversationId, leafId, limit }, cancellationToken);

    /// <summary>A message, and the turn that wrote its parent last.</summary>
    /// <exception cref="RefusedException">Unknown message.</exception>
    public async Task<(MessageRecord Message, Guid? ParentTurn)> GetQuestionAsync(
        string owner, Guid conversationId, Guid id, CancellationToken cancellationToken)
    {
        var message = await database.For(owner).FirstOrDefaultAsync<MessageRecord>(
            $"""
            SELECT {Columns}, p.turn_id AS parent_turn_id FROM chat.messages m LEFT JOIN chat.messages p ON p.id = m.parent_id
            WHERE m.id = @id AND m.conversation_id = @conversationId AND m.user_id = @owner
            """,
            new { id, conversationId }, cancellationToken) ?? throw RefusedException.NotFound("message in this conversation");
        return (message, message.ParentTurnId);
    }
}
