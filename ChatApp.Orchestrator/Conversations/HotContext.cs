using System.Text.Json;
using ChatApp.Orchestrator.Conversations.Messages;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Conversations;

/// <summary>
/// The newest path of active conversations in Redis, so that the next turn need not read it from PostgreSQL. It is used
/// only where it ends in the very message, of the very turn and sequence number, that the next one follows; whatever is
/// missing, stale or unreachable is read from PostgreSQL instead.
/// </summary>
internal sealed class HotContext(IConnectionMultiplexer redis, IOptions<ConversationOptions> options)
{
    /// <summary>What is kept of a conversation, whoever's it is; to be asked with <see cref="HotPath.LeadingTo"/>.</summary>
    public async Task<HotPath?> LoadAsync(Guid conversationId)
    {
        if (!redis.IsConnected)
            return null;
        try
        {
            var stored = await redis.GetDatabase().StringGetAsync(Key(conversationId));
            return stored.IsNullOrEmpty ? null : JsonSerializer.Deserialize<HotPath>((byte[])stored!);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps a whole path; longer ones than <see cref="ConversationOptions.HotMessages"/> are not worth it.</summary>
    public async Task KeepAsync(Guid conversationId, string owner, long seq, IReadOnlyList<MessageRecord> path)
    {
        if (!redis.IsConnected)
            return;
        try
        {
            if (path.Count > options.Value.HotMessages || path is not [{ ParentId: null }, ..])
            {
                await redis.GetDatabase().KeyDeleteAsync(Key(conversationId));
                return;
            }

            var entry = JsonSerializer.SerializeToUtf8Bytes(new HotPath(owner, seq, path));
            await redis.GetDatabase().StringSetAsync(Key(conversationId), entry, options.Value.HotLifetime);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // It is a cache.
        }
    }

    public async Task ForgetAsync(Guid conversationId)
    {
        if (!redis.IsConnected)
            return;
        try
        {
            await redis.GetDatabase().KeyDeleteAsync(Key(conversationId));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // It expires.
        }
    }

    private static RedisKey Key(Guid conversationId) => $"chat:context:{conversationId:N}";
}
