using System.Collections.Concurrent;
using ChatApp.Orchestrator.Errors;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Conversations.Changes;

/// <summary>
/// Tells those who watch a user's conversations which of them to look at again, on whatever replica they are. A word only:
/// what has become of a conversation is read from PostgreSQL. It may be lost while Redis is away, so watchers look at
/// everything again now and then.
/// </summary>
internal sealed class ConversationChanges(IConnectionMultiplexer redis, TimeProvider time)
{
    private const int MostWatches = 100;
    private const string Everything = "*";

    private readonly string _self = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, Watched> _watched = [];

    /// <summary>One of the user's conversations was made, changed, answered or deleted.</summary>
    public void Announce(string owner, Guid conversationId) => Announce(owner, conversationId.ToString("N"));

    /// <summary>Many of the user's conversations changed at once.</summary>
    public void AnnounceAll(string owner) => Announce(owner, Everything);

    /// <summary>Begins to listen; the first word is to look at everything.</summary>
    /// <exception cref="RefusedException">The user has too many open already.</exception>
    public async Task<ConversationWatch> OpenAsync(string owner)
    {
        var watch = new ConversationWatch(redis, time, gone => Leave(owner, gone));
        while (true)
        {
            var watched = _watched.GetOrAdd(owner, _ => new Watched());
            lock (watched.Gate)
            {
                if (watched.Closed)
                    continue;
                if (watched.Watches.Count >= MostWatches)
                    throw new RefusedException(Refusal.Unavailable, "too_many_watchers", $"At most {MostWatches} pages can follow the same conversations.");
                watched.Watches.Add(watch);
                if (watched.Subscription is null)
                {
                    watched.Handler = (_, word) => Receive(owner, word.ToString());
                    watched.Subscription = SubscribeAsync(Channel(owner), watched.Handler);
                }
            }

            await watched.Subscription;
            return watch;
        }
    }

    private static RedisChannel Channel(string owner) => RedisChannel.Literal($"chat:changes:{owner}");

    private void Announce(string owner, string what)
    {
        Tell(owner, what);
        if (redis.IsConnected)
            _ = redis.GetSubscriber().PublishAsync(Channel(owner), $"{_self} {what}", CommandFlags.FireAndForget);
    }

    private void Receive(string owner, string word)
    {
        if (word.Split(' ') is [var sender, var what] && sender != _self)
            Tell(owner, what);
    }

    private void Tell(string owner, string what)
    {
        if (!_watched.TryGetValue(owner, out var watched))
            return;
        lock (watched.Gate)
        {
            foreach (var watch in watched.Watches)
                watch.Tell(Guid.TryParse(what, out var id) ? id : null);
        }
    }

    private async Task SubscribeAsync(RedisChannel channel, Action<RedisChannel, RedisValue> handler)
    {
        try
        {
            await redis.GetSubscriber().SubscribeAsync(channel, handler);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // The client subscribes by itself once it is connected.
        }
    }

    private void Leave(string owner, ConversationWatch watch)
    {
        if (!_watched.TryGetValue(owner, out var watched))
            return;
        lock (watched.Gate)
        {
            watched.Watches.Remove(watch);
            if (watched.Watches.Count > 0 || watched.Closed)
                return;
            watched.Closed = true;
        }

        _watched.TryRemove(KeyValuePair.Create(owner, watched));
        if (watched.Handler is { } handler)
            _ = redis.GetSubscriber().UnsubscribeAsync(Channel(owner), handler, CommandFlags.FireAndForget);
    }

    private sealed class Watched
    {
        public Lock Gate { get; } = new();
        public HashSet<ConversationWatch> Watches { get; } = [];
        public Action<RedisChannel, RedisValue>? Handler { get; set; }
        public Task? Subscription { get; set; }
        public bool Closed { get; set; }
    }
}
