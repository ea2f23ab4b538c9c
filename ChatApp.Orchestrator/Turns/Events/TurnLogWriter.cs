using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.V1;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Turns.Events;

/// <summary>A turn's list in Redis as its owner keeps it: knows how long it must be, and writes it anew when it is not.</summary>
internal sealed class TurnLogWriter(TurnRecord turn, TurnLog log, TurnOptions options, TimeProvider time)
{
    private const long Unknown = -1;

    // What an earlier owner left is not counted on.
    private long _length = turn.LeaseEpoch == 1 ? 0 : Unknown;
    private long? _prolongedAt;
    private long _watchedAt;
    private bool _isWatched = turn.LeaseEpoch > 1;

    /// <summary>Somebody tails the turn from another replica.</summary>
    public void Watch()
    {
        Volatile.Write(ref _watchedAt, time.GetTimestamp());
        Volatile.Write(ref _isWatched, true);
    }

    /// <param name="fresh">Consecutive events that follow those in the list.</param>
    /// <param name="all">All events of the turn, with the fresh ones.</param>
    /// <returns>False when Redis does not have them.</returns>
    /// <exception cref="FencedException">Another replica owns the turn.</exception>
    public async Task<bool> TryAppendAsync(IReadOnlyList<TurnEvent> fresh, Func<IReadOnlyList<TurnEvent>> all)
    {
        if (fresh.Count == 0)
            return true;
        try
        {
            if (!log.IsConnected || !await AppendAsync(fresh, all))
            {
                _length = Unknown;
                return false;
            }

            if (_prolongedAt is not { } at || time.GetElapsedTime(at) > options.LogLifetime / 2)
                Prolong();
            if (IsWatched())
                log.Announce(turn.Id, fresh[^1].Number);
            return true;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // It may have happened or not.
            _length = Unknown;
            return false;
        }
    }

    private async Task<bool> AppendAsync(IReadOnlyList<TurnEvent> fresh, Func<IReadOnlyList<TurnEvent>> all)
    {
        if (_length == Unknown || await log.AppendAsync(turn.Id, turn.LeaseEpoch, fresh) != _length + fresh.Count)
        {
            // Redis came back with less than it had, or an append that seemed to fail got through.
            var events = all();
            var newest = events.Count > options.LogLength ? [.. events.Skip(events.Count - options.LogLength)] : events;
            _length = newest.Count;
            return await log.RewriteAsync(turn.Id, turn.LeaseEpoch, newest) == newest.Count;
        }

        _length += fresh.Count;
        if (_length >= 2L * options.LogLength)
            _length = await log.ShortenAsync(turn.Id, turn.LeaseEpoch);
        return true;
    }

    private void Prolong()
    {
        _prolongedAt = time.GetTimestamp();
        log.Prolong(turn.Id, turn.LeaseEpoch);
    }

    // Whoever watches says so again and again. A turn that was taken over had others watching its former owner.
    private bool IsWatched()
    {
        if (!Volatile.Read(ref _isWatched))
            return false;
        var at = Volatile.Read(ref _watchedAt);
        if (at == 0)
            Volatile.Write(ref _watchedAt, time.GetTimestamp());
        else if (time.GetElapsedTime(at) > TurnLog.WatchLifetime)
            Volatile.Write(ref _isWatched, false);
        return true;
    }
}
