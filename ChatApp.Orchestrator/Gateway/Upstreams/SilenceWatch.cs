namespace ChatApp.Orchestrator.Gateway.Upstreams;

/// <summary>A token that is cancelled when the caller is gone, or when nothing was heard in the time expected; tells which.</summary>
internal sealed class SilenceWatch : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _linked;

    public SilenceWatch(TimeProvider time, CancellationToken caller)
    {
        _caller = caller;
        _silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(caller, _silence.Token);
    }

    public CancellationToken Token => _linked.Token;

    public bool IsCallerGone => _caller.IsCancellationRequested;

    public bool IsSilent => _silence.IsCancellationRequested;

    public void Expect(TimeSpan within) => _silence.CancelAfter(within);

    public void Pause() => _silence.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _linked.Dispose();
        _silence.Dispose();
    }
}
