using System.Runtime.CompilerServices;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Turns.Events;

/// <summary>
/// One turn's events as this replica knows them, and whoever waits for the next. Any number of viewers read at their own
/// pace from the one list: a slow viewer costs nothing but its place in it.
/// </summary>
internal sealed class TurnFeed
{
    private readonly Lock _gate = new();
    private readonly List<TurnEvent> _events = [];
    private TaskCompletionSource _changed = NewSignal();
    private bool _closed;

    /// <summary>The number of the newest event; 0 before the first.</summary>
    public long Last
    {
        get
        {
            lock (_gate)
                return _events.Count;
        }
    }

    /// <summary>Adds events that are durable already; those that are known are skipped.</summary>
    /// <exception cref="InvalidOperationException">There is a gap between the newest known and the first given.</exception>
    public void Publish(IReadOnlyList<TurnEvent> events)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            if (_closed)
                return;

            foreach (var turnEvent in events)
            {
                if (turnEvent.Number <= _events.Count)
                    continue;
                if (turnEvent.Number != _events.Count + 1)
                    throw new InvalidOperationException($"Event {turnEvent.Number} follows event {_events.Count}.");
                _events.Add(turnEvent);
            }

            signal = _changed;
            _changed = NewSignal();
        }

        signal.TrySetResult();
    }

    /// <summary>Nothing more comes through this feed: the turn ended, or it went to another replica.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
        _changed.TrySetResult();
    }

    public IReadOnlyList<TurnEvent> Since(long after)
    {
        lock (_gate)
            return after >= _events.Count ? [] : _events[(int)after..];
    }

    /// <summary>Events after <paramref name="after"/> as they come, until the feed closes.</summary>
    public async IAsyncEnumerable<TurnEvent> ReadAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            List<TurnEvent> fresh = [];
            Task changed;
            bool closed;
            lock (_gate)
            {
                if (after < _events.Count)
                    fresh = _events[(int)after..];
                changed = _changed.Task;
                closed = _closed;
            }

            foreach (var turnEvent in fresh)
            {
                yield return turnEvent;
                after = turnEvent.Number;
            }

            if (fresh.Count > 0)
                continue;
            if (closed)
                yield break;
            await changed.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
