using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Storage;

namespace ChatApp.Orchestrator.Conversations;

/// <summary>Conversations in PostgreSQL: made, listed, changed, deleted (a tombstone remains until the purge).</summary>
internal sealed class ConversationStore(OwnedDatabase database, IdFactory ids, TimeProvider time)
{
    /// <summary>The columns of <see cref="ConversationRecord"/>, from <c>chat.conversations c</c>.</summary>
    internal const string Columns =
        """
        c.id, c.user_id, c.title, c.title_source, c.pinned, c.archived, c.folder, c.last_seq, c.current_message_id,
        c.created_at, c.updated_at, c.deleted_at,
        (SELECT t.id FROM chat.turns t WHERE t.conversation_id = c.id AND t.status IN ('Queued', 'Running')) AS running_turn_id
        """;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task<ConversationRecord> CreateAsync(string owner, string? title, CancellationToken cancellationToken)
    {
        var id = ids.New();
        await database.For(owner).ExecuteAsync(
            """
            INSERT INTO chat.conversations (id, user_id, title, title_source, created_at, updated_at)
            VALUES (@id, @owner, @title, CASE WHEN @title IS NULL THEN 'none' ELSE 'user' END, @now, @now)
            """,
            new { id, title, now = Now }, cancellationToken);
        return await GetAsync(owner, id, cancellationToken);
    }

    /// <exception cref="RefusedException">Unknown, another user's, or deleted.</exception>
    public async Task<ConversationRecord> GetAsync(string owner, Guid id, CancellationToken cancellationToken) =>
        Alive(await FindAsync(owner, id, cancellationToken));

    /// <summary>The conversation, deleted or not; null: unknown, or another user's.</summary>
    public Task<ConversationRecord?> FindAsync(string owner, Guid id, CancellationToken cancellationToken) =>
        database.For(owner).FirstOrDefaultAsync<ConversationRecord>(
            $"SELECT {Columns} FROM chat.conversations c WHERE c.id = @id AND c.user_id = @owner",
            new { id }, cancellationToken);

    /// <summary>Newest activity first, pinned ones before all others.</summary>
    /// <param name="owner">Whose conversations.</param>
    /// <param name="archived">The archived ones, or the others.</param>
    /// <param name="folder">Those of this folder; empty: those in none; null: all.</param>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public Task<IReadOnlyList<ConversationRecord>> ListAsync(
        string owner, bool archived, string? folder, ConversationCursor? after, int limit, CancellationToken cancellationToken) =>
        database.For(owner).QueryAsync<ConversationRecord>(
            $"""
            SELECT {Columns} FROM chat.conversations c
            WHERE c.user_id = @owner AND c.deleted_at IS NULL AND c.archived = @archived
              AND (@folder::text IS NULL OR COALESCE(c.folder, '') = @folder)
              AND (@afterId::uuid IS NULL OR (c.pinned, c.updated_at, c.id) < (@afterPinned, @afterUpdated::timestamptz, @afterId::uuid))
            ORDER BY c.pinned DESC, c.updated_at DESC, c.id DESC
            LIMIT @limit
            """,
            new
            {
                archived,
                folder,
                limit,
                afterId = after?.Id,
                afterPinned = after?.Pinned ?? false,
                afterUpdated = after?.UpdatedAt,
            },
            cancellationToken);

    /// <summary>The names of the user's folders that hold something.</summary>
    public Task<IReadOnlyList<string>> ListFoldersAsync(string owner, CancellationToken cancellationToken) =>
        database.For(owner).QueryAsync<string>(
            """
            SELECT DISTINCT folder FROM chat.conversations
            WHERE user_id = @owner AND deleted_at IS NULL AND folder IS NOT NULL
            ORDER BY folder LIMIT 500
            """,
            new { }, cancellationToken);

    /// <summary>Gives a folder another name; null takes its conversations out of it.</summary>
    /// <returns>How many conversations were in it.</returns>
    public Task<int> RenameFolderAsync(string owner, string from, string? to, CancellationToken cancellationToken) =>
        database.For(owner).ExecuteAsync(
            "UPDATE chat.conversations SET folder = @to WHERE user_id = @owner AND folder = @from", new { from, to }, cancellationToken);

    /// <summary>Changes what is given and leaves the rest. A title that is set here is the user's for good.</summary>
    /// <exception cref="RefusedException">Unknown conversation, or a current message that is not in it.</exception>
    public async Task<ConversationRecord> UpdateAsync(string owner, Guid id, ConversationChange change, CancellationToken cancellationToken)
    {
        var changed = await database.For(owner).ExecuteAsync(
            """
            UPDATE chat.conversations c SET
                title = COALESCE(@title, title),
                title_source = CASE WHEN @title IS NULL THEN title_source ELSE 'user' END,
                pinned = COALESCE(@pinned, pinned),
                archived = COALESCE(@archived, archived),
                folder = CASE WHEN @folder::text IS NULL THEN folder ELSE NULLIF(@folder, '') END,
                current_message_id = COALESCE(@current, current_message_id)
            WHERE id = @id AND user_id = @owner AND deleted_at IS NULL
              AND (@current IS NULL OR EXISTS (
                    SELECT FROM chat.messages m WHERE m.id = @current AND m.conversation_id = c.id AND m.user_id = @owner))
            """,
            new { id, title = change.Title, pinned = change.Pinned, archived = change.Archived, folder = change.Folder, current = change.CurrentMessageId },
            cancellationToken);

        var conversation = await GetAsync(owner, id, cancellationToken);
        return changed == 1 ? conversation : throw RefusedException.NotFound("message in this conversation");
    }

    /// <summary>Leaves a tombstone. Deleting a deleted one changes nothing.</summary>
    /// <returns>The turn that was still running and has now been asked to stop, if any.</returns>
    public async Task<Guid?> DeleteAsync(string owner, Guid id, CancellationToken cancellationToken)
    {
        await using var transaction = await database.For(owner).BeginAsync(cancellationToken);
        var known = await transaction.FirstOrDefaultAsync<Guid?>(
            "SELECT id FROM chat.conversations WHERE id = @id AND user_id = @owner FOR UPDATE", new { id }, cancellationToken);
        if (known is null)
            throw RefusedException.NotFound("conversation");

        await transaction.ExecuteAsync(
            "UPDATE chat.conversations SET deleted_at = COALESCE(deleted_at, @now) WHERE id = @id AND user_id = @owner",
            new { id, now = Now }, cancellationToken);
        var running = await transaction.FirstOrDefaultAsync<Guid?>(
            """
            UPDATE chat.turns SET stop_requested_at = COALESCE(stop_requested_at, @now)
            WHERE conversation_id = @id AND user_id = @owner AND status IN ('Queued', 'Running')
            RETURNING id
            """,
            new { id, now = Now }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return running;
    }

    internal static ConversationRecord Alive(ConversationRecord? conversation) => conversation switch
    {
        null => throw RefusedException.NotFound("conversation"),
        { DeletedAt: not null } => throw RefusedException.Gone(),
        _ => conversation,
    };
}

/// <summary>What to change in a conversation; null leaves a property as it is, an empty <c>Folder</c> takes it out of its folder.</summary>
internal sealed record ConversationChange(string? Title, bool? Pinned, bool? Archived, Guid? CurrentMessageId, string? Folder = null);
