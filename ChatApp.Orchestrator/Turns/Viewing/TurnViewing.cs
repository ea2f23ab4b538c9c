using System.Runtime.CompilerServices;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.Turns.Running;
using ChatApp.Orchestrator.Turns.Starting;
using ChatApp.Orchestrator.V1;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Turns.Viewing;

/// <summary>Tails turns for viewers, wherever the turn runs and however far it is.</summary>
internal sealed class TurnViewing(
    TurnStore store, TurnSupervisor supervisor, TurnLog log, TurnJournal journal, TurnSignals signals, IConnectionMultiplexer redis, TimeProvider time)
{
    /// <summary>How long an event that a viewer claims to have seen may be unknown here: the journal lags by a second.</summary>
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, SharedTurn> _remote = [];

    /// <summary>The events after <paramref name="after"/>, to the turn's end.</summary>
    /// <exception cref="RefusedException">The turn is unknown or another user's, or never had that many events.</exception>
    public async IAsyncEnumerable<TurnEvent> TailAsync(
        string owner, Guid turnId, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        var began = time.GetTimestamp();
        var checkedNumber = after == 0;
        while (true)
        {
            // What runs here, and is the caller's, need not be looked up.
            var turn = supervisor.Find(turnId)?.Turn;
            if (turn?.UserId != owner)
            {
                turn = await store.GetAsync(owner, turnId, cancellationToken);
                if (TurnStatus.IsFinal(turn.Status))
                {
                    if (after > turn.LastNumber)
                        throw BeyondTheEnd(turn.LastNumber, turn.LeaseEpoch);
                    foreach (var turnEvent in await journal.ReadAsync(owner, turnId, after, cancellationToken))
                        yield return turnEvent;
                    yield break;
                }
            }

            using var source = Open(turn);
            if (!checkedNumber)
            {
                await WaitForNumberAsync(source.Feed, after, began, turn.LeaseEpoch, cancellationToken);
                checkedNumber = true;
            }

            await foreach (var turnEvent in source.Feed.ReadAsync(after, cancellationToken))
            {
                yield return turnEvent;
                after = turnEvent.Number;
                if (turnEvent.EventCase == TurnEvent.EventOneofCase.Ended)
                    yield break;
            }

            // The turn went to another replica: a moment for it to say so, then look for it again.
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
        }
    }

    private async Task WaitForNumberAsync(TurnFeed feed, long number, long began, long epoch, CancellationToken cancellationToken)
    {
        while (feed.Last < number)
        {
            if (time.GetElapsedTime(began) > CatchUp)
                throw BeyondTheEnd(feed.Last, epoch);
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
        }
    }

    private static RefusedException BeyondTheEnd(long last, long epoch)
    {
        TurnMetrics.SeenBeyondTheEnd(epoch);
        return new(Refusal.OutOfRange, "event_out_of_range", $"The turn has {last} events so far; resume after one of them.") { Param = "after" };
    }

    private Source Open(TurnRecord turn)
    {
        if (supervisor.Find(turn.Id) is { } running)
            return new Source(running.Writer.Feed, null);

        lock (_gate)
        {
            if (!_remote.TryGetValue(turn.Id, out var shared) || shared.Task.IsCompleted)
            {
                var remote = new RemoteTurn(turn, log, journal, store, new TurnAnnouncements(turn.Id, signals, redis, time), time);
                shared = new SharedTurn(remote);
                using (ExecutionContext.SuppressFlow())
                    shared.Task = Task.Run(() => remote.RunAsync(shared.Stop.Token));
                _remote[turn.Id] = shared;
            }

            shared.Viewers++;
            return new Source(shared.Remote.Feed, () => Leave(turn.Id, shared));
        }
    }

    private void Leave(Guid turnId, SharedTurn shared)
    {
        lock (_gate)
        {
            if (--shared.Viewers > 0)
                return;
            if (_remote.TryGetValue(turnId, out var current) && current == shared)
                _remote.Remove(turnId);
        }

        shared.Stop.Cancel();
        shared.Task.ContinueWith(_ => shared.Stop.Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private sealed class SharedTurn(RemoteTurn remote)
    {
        public RemoteTurn Remote { get; } = remote;
        public CancellationTokenSource Stop { get; } = new();
        public Task Task { get; set; } = Task.CompletedTask;
        public int Viewers { get; set; }
    }

    private sealed class Source(TurnFeed feed, Action? leave) : IDisposable
    {
        public TurnFeed Feed { get; } = feed;

        public void Dispose() => leave?.Invoke();
    }
}
