using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Storage;

namespace ChatApp.Orchestrator.Prompts;

/// <summary>Summaries of conversations in PostgreSQL, one for each point up to which one was made.</summary>
internal sealed class SummaryStore(OwnedDatabase database, IdFactory ids, TimeProvider time)
{
    /// <summary>The summary that reaches furthest along a path.</summary>
    public async Task<SummaryRecord?> FindAsync(string owner, Guid conversationId, IReadOnlyList<Guid> path, CancellationToken cancellationToken) =>
        await database.For(owner).FirstOrDefaultAsync<SummaryRecord>(
            """
            SELECT s.last_message_id, s.version, s.messages, s.text FROM chat.summaries s
            WHERE s.conversation_id = @conversationId AND s.user_id = @owner AND s.last_message_id = ANY(@path) AND s.text <> ''
            ORDER BY array_position(@path, s.last_message_id) DESC LIMIT 1
            """,
            new { conversationId, path = path.ToArray() }, cancellationToken);

    public Task SaveAsync(string owner, Guid conversationId, SummaryRecord summary, string model, CancellationToken cancellationToken) =>
        database.For(owner).ExecuteAsync(
            """
            INSERT INTO chat.summaries (id, conversation_id, user_id, version, last_message_id, text, messages, model, created_at)
            VALUES (@id, @conversationId, @owner, @Version, @LastMessageId, @Text, @Messages, @model, @now)
            ON CONFLICT (conversation_id, last_message_id) DO UPDATE SET text = excluded.text, model = excluded.model WHERE chat.summaries.text = ''
            """,
            new { id = ids.New(), conversationId, summary.Version, summary.LastMessageId, summary.Text, summary.Messages, model, now = time.GetUtcNow().UtcDateTime },
            cancellationToken);
}

/// <summary>What the path from the root to <see cref="LastMessageId"/> said.</summary>
internal sealed record SummaryRecord
{
    public required Guid LastMessageId { get; init; }
    public int Version { get; init; }

    /// <summary>How many messages it stands for.</summary>
    public int Messages { get; init; }
    public required string Text { get; init; }
}
