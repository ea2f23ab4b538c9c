using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Storage;
using Dapper;
using Npgsql;

namespace ChatApp.Orchestrator.Conversations.Sharing;

/// <summary>Links to read-only snapshots. A token of 256 random bits is the only way to one; its owner can read it again.</summary>
internal sealed class ShareStore(
    OwnedDatabase database, NpgsqlDataSource dataSource, ConversationStore conversations, MessageStore messages, IdFactory ids, TimeProvider time)
{
    private const int TokenBytes = 32;
    private const int LongestPath = 10_000;

    /// <exception cref="RefusedException">The conversation is unknown, deleted, or has no message yet.</exception>
    public async Task<ShareRecord> CreateAsync(string owner, Guid conversationId, CancellationToken cancellationToken)
    {
        var conversation = await conversations.GetAsync(owner, conversationId, cancellationToken);
        if (conversation.CurrentMessageId is not { } leaf)
            throw RefusedException.Invalid("conversation_id", "There is nothing to share yet.");

        var path = await messages.GetPathAsync(owner, conversationId, leaf, LongestPath, cancellationToken);
        var snapshot = new ShareSnapshot(
            conversation.Title ?? "",
            conversation.CreatedAt,
            [.. path.Where(message => message.Text.Length > 0).Select(message => new ShareSnapshot.Message(message.Role, message.Text, message.CreatedAt))]);
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        var share = new ShareRecord { Id = ids.New(), ConversationId = conversationId, Token = token, CreatedAt = time.GetUtcNow().UtcDateTime };
        await database.For(owner).ExecuteAsync(
            """
            INSERT INTO chat.shares (id, conversation_id, user_id, token_hash, token, snapshot, created_at)
            VALUES (@Id, @ConversationId, @owner, @hash, @Token, @snapshot::jsonb, @CreatedAt)
            """,
            new { share.Id, share.ConversationId, share.Token, share.CreatedAt, hash = Hash(token), snapshot = snapshot.Serialize() },
            cancellationToken);
        return share;
    }

    public Task<IReadOnlyList<ShareRecord>> ListAsync(string owner, Guid conversationId, CancellationToken cancellationToken) =>
        database.For(owner).QueryAsync<ShareRecord>(
            """
            SELECT id, conversation_id, token, created_at FROM chat.shares
            WHERE conversation_id = @conversationId AND user_id = @owner ORDER BY created_at
            """,
            new { conversationId }, cancellationToken);

    /// <exception cref="RefusedException">Unknown, or another user's.</exception>
    public async Task RevokeAsync(string owner, Guid id, CancellationToken cancellationToken)
    {
        var revoked = await database.For(owner).ExecuteAsync(
            "DELETE FROM chat.shares WHERE id = @id AND user_id = @owner", new { id }, cancellationToken);
        if (revoked == 0)
            throw RefusedException.NotFound("link");
    }

    /// <summary>Opens a link for whoever has its token: the one read that is not bound to an owner, by its purpose.</summary>
    /// <exception cref="RefusedException">Unknown or revoked, or its conversation was deleted.</exception>
    public async Task<ShareSnapshot> OpenAsync(string token, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var snapshot = await connection.QueryFirstOrDefaultAsync<string>(new CommandDefinition(
            """
            SELECT s.snapshot FROM chat.shares s JOIN chat.conversations c ON c.id = s.conversation_id
            WHERE s.token_hash = @hash AND c.deleted_at IS NULL
            """,
            new { hash = Hash(token) }, cancellationToken: cancellationToken));
        return ShareSnapshot.Deserialize(snapshot ?? throw RefusedException.NotFound("shared conversation"));
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <summary>A link as its owner sees it.</summary>
internal sealed record ShareRecord
{
    public required Guid Id { get; init; }
    public required Guid ConversationId { get; init; }

    /// <summary>Opens it; null for a link of an earlier release.</summary>
    public string? Token { get; init; }
    public DateTime CreatedAt { get; init; }
}

/// <summary>What a link shows: the active path at the time it was made, and nothing that tells whose it is.</summary>
internal sealed record ShareSnapshot(string Title, DateTime CreatedAt, IReadOnlyList<ShareSnapshot.Message> Messages)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public string Serialize() => JsonSerializer.Serialize(this, Json);

    public static ShareSnapshot Deserialize(string json) =>
        JsonSerializer.Deserialize<ShareSnapshot>(json, Json) ?? throw new InvalidOperationException("A shared snapshot is empty.");

    public sealed record Message(string Role, string Text, DateTime CreatedAt);
}
