using System.Threading.Channels;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.V1;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Turns.Events;

/// <summary>
/// The one writer of a turn's events: numbers them, makes them durable, and only then shows them.
/// </summary>
/// <remarks>
/// An event is shown when the log in Redis has it, or, while Redis is away, when the journal has it. What is shown is in
/// the journal at most <see cref="TurnOptions.DraftLimit"/> later: past that the writer waits, so a database that is away
/// pauses the answer. One append is in flight at a time; what arrives meanwhile is joined into the next one, so a
/// loaded log gets fewer and larger appends by itself.
/// </remarks>
internal sealed class TurnWriter
{
    private const int QueueLength = 4096;
    private const int LongestJoinedText = 8192;

    private readonly TurnRecord _turn;
    private readonly TurnLogWriter _list;
    private readonly TurnOptions _options;
    private readonly TimeProvider _time;
    private readonly Action _hurryJournal;
    private readonly Channel<TurnEvent> _queue = Channel.CreateBounded<TurnEvent>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly Lock _gate = new();
    private readonly List<TurnEvent> _events = [];
    private bool _ended;
    private TaskCompletionSource _journaled = NewSignal();
    private long _persisted;
    private long _oldestUnpersisted;
    private bool _fenced;

    /// <param name="turn">The turn, with the epoch of our lease.</param>
    /// <param name="events">What the turn's log holds already, from event 1 on.</param>
    /// <param name="log">The turn logs in Redis.</param>
    /// <param name="options">The limits on what is not yet journaled.</param>
    /// <param name="time">The clock.</param>
    /// <param name="hurryJournal">Asks for the journal to be written now rather than at its interval.</param>
    public TurnWriter(
        TurnRecord turn, IReadOnlyList<TurnEvent> events, TurnLog log, TurnOptions options, TimeProvider time, Action hurryJournal)
    {
        _turn = turn;
        _list = new TurnLogWriter(turn, log, options, time);
        _options = options;
        _time = time;
        _hurryJournal = hurryJournal;
        _events.AddRange(events);
        _persisted = Math.Min(turn.LastNumber, events.Count);
        _oldestUnpersisted = time.GetTimestamp();
    }

    /// <summary>The events that may be shown.</summary>
    public TurnFeed Feed { get; } = new();

    /// <summary>All events so far, shown or not.</summary>
    public IReadOnlyList<TurnEvent> Events
    {
        get
        {
            lock (_gate)
                return [.. _events];
        }
    }

    /// <summary>Queues an event; waits while the writer is behind, which in turn slows the model's stream down.</summary>
    public ValueTask WriteAsync(TurnEvent turnEvent, CancellationToken cancellationToken) =>
        _queue.Writer.WriteAsync(turnEvent, cancellationToken);

    /// <summary>No more events come but the last.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>Writes queued events until <see cref="Complete"/>.</summary>
    /// <exception cref="FencedException">Another replica owns the turn.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            // What a takeover read from one of the two logs and the other one lacks.
            await ShowAsync(cancellationToken);
            var batch = new List<TurnEvent>();
            while (await _queue.Reader.WaitToReadAsync(cancellationToken))
            {
                await WaitForJournalAsync(cancellationToken);
                Number(Drain(batch));
                await ShowAsync(cancellationToken);
            }
        }
        catch (Exception exception)
        {
            // Whoever writes next learns of it instead of waiting for room in the queue.
            _queue.Writer.TryComplete(exception);
            throw;
        }
    }

    /// <summary>Numbers the turn's last event; it is stored with the turn's end, and shown by <see cref="ShowLastAsync"/> then.</summary>
    public void NumberLast(TurnEvent ended)
    {
        lock (_gate)
        {
            Add(ended);
            _ended = true;
        }
    }

    /// <summary>Shows what has been stored with the turn's end.</summary>
    public async Task ShowLastAsync()
    {
        lock (_gate)
            _persisted = _events.Count;
        var fresh = SinceFeed();
        try
        {
            await _list.TryAppendAsync(fresh, () => Events);
        }
        catch (FencedException)
        {
            // The end is stored; whoever tails through Redis looks in the journal when nothing comes.
        }

        Feed.Publish(fresh);
    }

    /// <summary>Somebody tails the turn from another replica.</summary>
    public void Watch() => _list.Watch();

    /// <summary>What the journal lacks, or null when it lacks nothing.</summary>
    public JournalEntry? Unpersisted()
    {
        lock (_gate)
        {
            // The end and what is stored with it come at once or not at all.
            var own = _ended ? _events.Count - 1 : _events.Count;
            if (_fenced || _persisted >= own)
                return null;
            var missing = _events[(int)_persisted..own];
            return new JournalEntry(_turn.Id, _turn.LeaseEpoch, missing[0].Number, missing[^1].Number, TurnEventCodec.Encode(missing));
        }
    }

    /// <summary>Told by whoever writes the journal.</summary>
    /// <param name="state">Where the journal stands now.</param>
    /// <param name="asked">The last event that <see cref="Unpersisted"/> gave.</param>
    /// <param name="snapshot">When it was asked: what it left out came later.</param>
    public void Journaled(JournalState state, long asked, long snapshot)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            _fenced |= state.Fenced;
            _persisted = Math.Max(_persisted, Math.Min(state.LastNumber, _events.Count));
            if (_persisted >= asked)
                _oldestUnpersisted = snapshot;
            signal = _journaled;
            _journaled = NewSignal();
        }

        signal.TrySetResult();
    }

    private List<TurnEvent> Drain(List<TurnEvent> batch)
    {
        batch.Clear();
        while (_queue.Reader.TryRead(out var next))
        {
            if (batch.Count > 0 && TryJoin(batch[^1], next))
                continue;
            batch.Add(next);
        }

        return batch;
    }

    // Text that waited is shown in one go. Events are not yet numbered nor seen by anyone here, so they may be changed.
    private static bool TryJoin(TurnEvent previous, TurnEvent next)
    {
        var (into, from) = (previous.EventCase, next.EventCase) switch
        {
            (TurnEvent.EventOneofCase.Text, TurnEvent.EventOneofCase.Text) => (previous.Text, next.Text),
            (TurnEvent.EventOneofCase.Reasoning, TurnEvent.EventOneofCase.Reasoning) => (previous.Reasoning, next.Reasoning),
            _ => (null, null),
        };
        if (into is null || from is null || into.Text.Length + from.Text.Length > LongestJoinedText)
            return false;

        into.Text += from.Text;
        return true;
    }

    private void Number(List<TurnEvent> batch)
    {
        lock (_gate)
        {
            foreach (var turnEvent in batch)
                Add(turnEvent);
        }
    }

    private void Add(TurnEvent turnEvent)
    {
        if (_persisted == _events.Count)
            _oldestUnpersisted = _time.GetTimestamp();
        turnEvent.Number = _events.Count + 1;
        _events.Add(turnEvent);
    }

    private async Task ShowAsync(CancellationToken cancellationToken)
    {
        var fresh = SinceFeed();
        if (!await _list.TryAppendAsync(fresh, () => Events))
            await WaitUntilJournaledAsync(cancellationToken);
        Feed.Publish(fresh);
    }

    private List<TurnEvent> SinceFeed()
    {
        var shown = Feed.Last;
        lock (_gate)
            return _events[(int)shown..];
    }

    private async Task WaitUntilJournaledAsync(CancellationToken cancellationToken)
    {
        long target;
        lock (_gate)
            target = _events.Count;
        while (true)
        {
            Task journaled;
            lock (_gate)
            {
                ThrowIfFenced();
                if (_persisted >= target)
                    return;
                journaled = _journaled.Task;
            }

            _hurryJournal();
            await journaled.WaitAsync(cancellationToken);
        }
    }

    private async Task WaitForJournalAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task journaled;
            lock (_gate)
            {
                ThrowIfFenced();
                if (_persisted >= _events.Count || _time.GetElapsedTime(_oldestUnpersisted) < _options.DraftLimit)
                    return;
                journaled = _journaled.Task;
            }

            _hurryJournal();
            await journaled.WaitAsync(cancellationToken);
        }
    }

    private void ThrowIfFenced()
    {
        if (_fenced)
            throw new FencedException(_turn.Id);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
