using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Files;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Records;

namespace ChatApp.Orchestrator.Turns.Starting;

/// <summary>Finds a new turn's place in the tree and makes its messages there, within the transaction that starts it.</summary>
internal sealed class TurnPlacement(OwnerTransaction transaction, IdFactory ids, DateTime now)
{
    private const string InsertAnswer =
        """
        INSERT INTO chat.messages (id, conversation_id, user_id, parent_id, seq, role, text, status, created_at)
        VALUES (@AssistantMessageId, @ConversationId, @owner, @UserMessageId, @answerSeq, 'assistant', '', 'Streaming', @now);

        UPDATE chat.conversations SET last_seq = @answerSeq, current_message_id = @AssistantMessageId, updated_at = @now
        WHERE id = @ConversationId AND user_id = @owner;
        """;

    public async Task<TurnPlace> InNewConversationAsync(NewTurn request, CancellationToken cancellationToken)
    {
        if (request.Kind != TurnKind.Append)
            throw RefusedException.Invalid("conversation_id", "Name the conversation whose message is to be answered again or continued.");
        if (request.ParentId is not null)
            throw RefusedException.Invalid("parent_id", "A parent message belongs to a conversation: give conversation_id with it.");

        var id = ids.New();
        await transaction.ExecuteAsync(
            "INSERT INTO chat.conversations (id, user_id, created_at, updated_at) VALUES (@id, @owner, @now, @now)",
            new { id, now }, cancellationToken);
        return await AppendAsync(id, 0, null, request, cancellationToken);
    }

    public async Task<TurnPlace> InAsync(
        ConversationRecord conversation, NewTurn request, Guid turnId, CancellationToken cancellationToken)
    {
        if (conversation.RunningTurnId is { } running)
            throw new RefusedException(Refusal.Conflict, "turn_running", "An answer is still being written in this conversation. Wait for it or stop it.")
            {
                NewerMessageId = conversation.CurrentMessageId,
                RunningTurnId = running,
            };

        var parent = request.ParentId is { } parentId
            ? await FindMessageAsync(conversation.Id, parentId, cancellationToken)
            : null;

        return request.Kind switch
        {
            TurnKind.Regenerate => await RegenerateAsync(conversation, parent, cancellationToken),
            TurnKind.Continue => await ContinueAsync(conversation, parent, turnId, cancellationToken),
            _ => await AppendAsync(conversation.Id, conversation.LastSeq, ParentOf(conversation, request, parent), request, cancellationToken),
        };
    }

    private static Guid? ParentOf(ConversationRecord conversation, NewTurn request, MessageRecord? parent)
    {
        if (request.Branch)
            return parent?.Id;
        if (parent is not null && parent.Id != conversation.CurrentMessageId)
            throw new RefusedException(Refusal.Conflict, "conversation_moved_on",
                "The conversation has newer messages than the one that this follows. Load them and send again, or ask for a branch.")
            {
                Param = "parent_id",
                NewerMessageId = conversation.CurrentMessageId,
            };
        return conversation.CurrentMessageId;
    }

    private async Task<TurnPlace> AppendAsync(
        Guid conversationId, long lastSeq, Guid? parentId, NewTurn request, CancellationToken cancellationToken)
    {
        var files = await FindFilesAsync(request.Files, cancellationToken);
        var question = new MessageRecord
        {
            Id = ids.New(),
            ConversationId = conversationId,
            ParentId = parentId,
            Seq = lastSeq + 1,
            Role = MessageRoles.User,
            Text = request.Content,
            ContentJson = MessageFilesJson.Write(files),
            Status = MessageStatuses.Completed,
            CreatedAt = now,
        };
        var place = new TurnPlace(conversationId, parentId, question.Id, ids.New(), Question: question);
        await transaction.ExecuteAsync(
            $"""
            INSERT INTO chat.messages (id, conversation_id, user_id, parent_id, seq, role, text, content_json, status, created_at)
            VALUES (@Id, @ConversationId, @owner, @ParentId, @Seq, @Role, @Text, @ContentJson::jsonb, @Status, @CreatedAt);

            INSERT INTO chat.message_files (message_id, conversation_id, file_id, user_id)
            SELECT @Id, @ConversationId, file_id, @owner FROM unnest(@files) AS file_id;

            {InsertAnswer}
            """,
            new
            {
                question.Id,
                question.ConversationId,
                question.ParentId,
                question.Seq,
                question.Role,
                question.Text,
                question.ContentJson,
                question.Status,
                question.CreatedAt,
                files = files.Select(file => file.Id).ToArray(),
                answerSeq = lastSeq + 2,
                place.UserMessageId,
                place.AssistantMessageId,
                now,
            },
            cancellationToken);
        return place;
    }

    private async Task<TurnPlace> RegenerateAsync(ConversationRecord conversation, MessageRecord? question, CancellationToken cancellationToken)
    {
        if (question is not { Role: MessageRoles.User })
            throw RefusedException.Invalid("parent_id", "To answer again, name the user message that is to be answered.");

        var place = new TurnPlace(conversation.Id, question.ParentId, question.Id, ids.New());
        await InsertAnswerAsync(place, conversation.LastSeq + 1, cancellationToken);
        return place;
    }

    private async Task<TurnPlace> ContinueAsync(
        ConversationRecord conversation, MessageRecord? answer, Guid turnId, CancellationToken cancellationToken)
    {
        if (answer is not { Role: MessageRoles.Assistant, ParentId: { } question })
            throw RefusedException.Invalid("parent_id", "To continue, name the assistant message that is to be continued.");
        if (answer.Status is TurnStatus.Blocked)
            throw RefusedException.Invalid("parent_id", "This answer was blocked and can't be continued.");

        await transaction.ExecuteAsync(
            """
            UPDATE chat.messages SET status = 'Streaming', turn_id = @turnId WHERE id = @Id AND user_id = @owner;
            UPDATE chat.conversations SET current_message_id = @Id, updated_at = @now WHERE id = @conversationId AND user_id = @owner;
            """,
            new { answer.Id, turnId, now, conversationId = conversation.Id }, cancellationToken);
        var parent = await FindMessageAsync(conversation.Id, question, cancellationToken);
        return new TurnPlace(conversation.Id, parent.ParentId, question, answer.Id, answer.Text, answer.ContentJson);
    }

    private Task<int> InsertAnswerAsync(TurnPlace place, long seq, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(InsertAnswer, new { answerSeq = seq, place.UserMessageId, place.AssistantMessageId, place.ConversationId, now }, cancellationToken);

    /// <summary>The user's files in the order asked for, kept from being deleted until the turn has begun.</summary>
    private async Task<IReadOnlyList<FileRecord>> FindFilesAsync(IReadOnlyList<Guid> wanted, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
            return [];
        var found = (await transaction.QueryAsync<FileRecord>(
            $"SELECT {FileStore.Columns} FROM chat.files f WHERE f.id = ANY(@wanted) AND f.user_id = @owner AND {FileStore.IsThere} FOR KEY SHARE",
            new { wanted = wanted.ToArray() }, cancellationToken)).ToDictionary(file => file.Id);
        return [.. wanted.Select(id => found.GetValueOrDefault(id) ?? throw RefusedException.NotFound("file"))];
    }

    private async Task<MessageRecord> FindMessageAsync(Guid conversationId, Guid id, CancellationToken cancellationToken) =>
        await transaction.FirstOrDefaultAsync<MessageRecord>(
            $"SELECT {MessageStore.Columns} FROM chat.messages m WHERE m.id = @id AND m.conversation_id = @conversationId AND m.user_id = @owner",
            new { id, conversationId }, cancellationToken)
        ?? throw RefusedException.NotFound("message in this conversation");
}

/// <summary>Where in the tree a turn writes; and the message that it answers, when that is new.</summary>
internal sealed record TurnPlace(
    Guid ConversationId, Guid? ParentId, Guid UserMessageId, Guid AssistantMessageId, string? InitialText = null, string? InitialContent = null, MessageRecord? Question = null);
