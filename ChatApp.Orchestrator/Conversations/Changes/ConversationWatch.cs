using ChatApp.Orchestrator.Storage;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Conversations.Changes;

/// <summary>One listener of <see cref="ConversationChanges"/>. Words that come while nobody asks are joined: each conversation is named once.</summary>
internal sealed class ConversationWatch(IConnectionMultiplexer redis, TimeProvider time, Action<ConversationWatch> leave) : IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SilenceWithoutRedis = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly AsyncAutoResetEvent _heard = new();
    private HashSet<Guid> _changed = [];
    private bool _everything = true;

    /// <summary>Waits for the next word.</summary>
    /// <returns>The conversations to look at again; null: all of them.</returns>
    public async Task<IReadOnlyCollection<Guid>?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_gate)
            {
                var (everything, changed) = (_everything, _changed);
                (_everything, _changed) = (false, []);
                if (everything)
                    return null;
                if (changed.Count > 0)
                    return changed;
            }

            if (!await _heard.WaitAsync(redis.IsConnected ? Silence : SilenceWithoutRedis, time, cancellationToken))
                return null;
        }
    }

    public void Dispose() => leave(this);

    internal void Tell(Guid? conversationId)
    {
        lock (_gate)
        {
            if (conversationId is { } id)
                _changed.Add(id);
            else
                _everything = true;
        }

        _heard.Set();
    }
}
