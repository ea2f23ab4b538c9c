using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Storage;

namespace ChatApp.Orchestrator.Conversations.Transfer;

/// <summary>Stores imported conversations as the importing user's own, under new ids: nothing that exists is touched.</summary>
internal sealed class ConversationImport(OwnedDatabase database, IdFactory ids)
{
    /// <returns>The ids of the new conversations.</returns>
    public async Task<IReadOnlyList<Guid>> StoreAsync(
        string owner, IReadOnlyList<ImportedConversation> conversations, CancellationToken cancellationToken)
    {
        await using var transaction = await database.For(owner).BeginAsync(cancellationToken);
        var made = new List<Guid>();
        foreach (var conversation in conversations)
            made.Add(await StoreAsync(transaction, conversation, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return made;
    }

    private async Task<Guid> StoreAsync(OwnerTransaction transaction, ImportedConversation conversation, CancellationToken cancellationToken)
    {
        var id = ids.New();
        var messages = conversation.Messages;
        var byKey = messages.ToDictionary(message => message.Key, _ => ids.New());
        await transaction.ExecuteAsync(
            """
            INSERT INTO chat.conversations (id, user_id, title, title_source, pinned, archived, folder, last_seq, current_message_id, created_at, updated_at)
            VALUES (@id, @owner, @Title, CASE WHEN @Title IS NULL THEN 'none' ELSE 'user' END, @Pinned, @Archived, @Folder, @count, @current, @CreatedAt, @UpdatedAt)
            """,
            new
            {
                id,
                conversation.Title,
                conversation.Pinned,
                conversation.Archived,
                conversation.Folder,
                conversation.CreatedAt,
                conversation.UpdatedAt,
                count = messages.Count,
                current = Current(conversation, byKey),
            },
            cancellationToken);
        await transaction.ExecuteAsync(
            """
            INSERT INTO chat.messages (id, conversation_id, user_id, parent_id, seq, role, text, content_json, status, model, created_at)
            SELECT m.id, @id, @owner, m.parent_id, m.seq, m.role, m.text, m.content::jsonb, 'Completed', m.model, m.created_at
            FROM unnest(@ids, @parents, @seqs, @roles, @texts, @contents, @models, @dates) AS m(id, parent_id, seq, role, text, content, model, created_at)
            """,
            new
            {
                id,
                ids = messages.Select(message => byKey[message.Key]).ToArray(),
                parents = messages.Select(message => message.ParentKey is null ? (Guid?)null : byKey[message.ParentKey]).ToArray(),
                seqs = messages.Select((_, index) => index + 1L).ToArray(),
                roles = messages.Select(message => message.Role).ToArray(),
                texts = messages.Select(message => message.Text).ToArray(),
                contents = messages.Select(message => message.Content).ToArray(),
                models = messages.Select(message => message.Model).ToArray(),
                dates = messages.Select(message => message.CreatedAt).ToArray(),
            },
            cancellationToken);
        return id;
    }

    private static Guid? Current(ImportedConversation conversation, Dictionary<string, Guid> byKey) =>
        conversation.CurrentKey is { } key && byKey.TryGetValue(key, out var current) ? current
        : conversation.Messages.Count > 0 ? byKey[conversation.Messages[^1].Key]
        : null;
}
