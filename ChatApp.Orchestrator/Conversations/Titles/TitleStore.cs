using ChatApp.Orchestrator.Storage;

namespace ChatApp.Orchestrator.Conversations.Titles;

/// <summary>Finds what a title is made from, and keeps it unless the user gave one meanwhile.</summary>
internal sealed class TitleStore(OwnedDatabase database)
{
    /// <summary>The first question and its answer; null when the conversation has a title, or none of them is there.</summary>
    public async Task<TitleSource?> FindAsync(string owner, Guid conversationId, CancellationToken cancellationToken) =>
        await database.For(owner).FirstOrDefaultAsync<TitleSource>(
            """
            SELECT left(q.text, 2000) AS question, left(a.text, 2000) AS answer
            FROM chat.conversations c
            JOIN chat.messages q ON q.conversation_id = c.id AND q.role = 'user' AND q.parent_id IS NULL
            JOIN chat.messages a ON a.conversation_id = c.id AND a.parent_id = q.id AND a.status = 'Completed'
            WHERE c.id = @conversationId AND c.user_id = @owner AND c.title_source = 'none' AND c.deleted_at IS NULL
            ORDER BY q.seq, a.seq LIMIT 1
            """,
            new { conversationId }, cancellationToken);

    public Task SaveAsync(string owner, Guid conversationId, string title, CancellationToken cancellationToken) =>
        database.For(owner).ExecuteAsync(
            """
            UPDATE chat.conversations SET title = @title, title_source = 'generated'
            WHERE id = @conversationId AND user_id = @owner AND title_source = 'none'
            """,
            new { conversationId, title }, cancellationToken);
}

/// <summary>What a title is made from.</summary>
internal sealed record TitleSource
{
    public required string Question { get; init; }
    public required string Answer { get; init; }
}
