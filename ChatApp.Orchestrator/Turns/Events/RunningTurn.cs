using ChatApp.Orchestrator.Turns.Records;

namespace ChatApp.Orchestrator.Turns.Events;

/// <summary>A turn that this replica runs, and the way to cut it short.</summary>
internal sealed class RunningTurn : IDisposable
{
    private readonly CancellationTokenSource _cut = new();
    private readonly Lock _gate = new();
    private bool _over;
    private int _reason;

    public RunningTurn(TurnRecord turn, TurnWriter writer) => (Turn, Writer) = (turn, writer);

    public TurnRecord Turn { get; }

    public TurnWriter Writer { get; }

    /// <summary>What it answers; null: to be read.</summary>
    public KnownQuestion? Question { get; init; }

    /// <summary>The run itself.</summary>
    public Task Task { get; internal set; } = Task.CompletedTask;

    public TurnEndReason Reason => (TurnEndReason)Volatile.Read(ref _reason);

    /// <summary>Cancelled once the turn is to be cut short.</summary>
    public CancellationToken Cut => _cut.Token;

    /// <summary>Cuts the turn short; the first reason stands, and a turn that is over stays as it ended.</summary>
    public void CutShort(TurnEndReason reason)
    {
        lock (_gate)
        {
            if (_over || _reason != (int)TurnEndReason.None)
                return;
            Volatile.Write(ref _reason, (int)reason);
            _cut.Cancel();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _over = true;
            _cut.Dispose();
        }
    }
}
