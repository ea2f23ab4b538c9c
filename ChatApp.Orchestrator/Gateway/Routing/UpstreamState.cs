namespace ChatApp.Orchestrator.Gateway.Routing;

/// <summary>What this replica knows of an upstream's condition.</summary>
public sealed class UpstreamState(string name, TimeProvider time)
{
    private readonly MinuteRate _rate = new(time);
    private int _inFlight;
    private int _reportedLoad;
    private long _notBefore;

    public string Name { get; } = name;

    public CircuitBreaker Breaker { get; } = new(time);

    /// <summary>How the newest failure was, and when; null: there was none.</summary>
    public (UpstreamFailure Failure, DateTimeOffset At)? LastFailure { get; private set; }

    /// <summary>Requests of this replica that it works on.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Requests that wait or run there, as it tells itself, all replicas together; 0 when it does not tell.</summary>
    public int ReportedLoad
    {
        get => Volatile.Read(ref _reportedLoad);
        set => Volatile.Write(ref _reportedLoad, value);
    }

    /// <summary>Requests that it has to do: the larger of what it tells and what this replica knows.</summary>
    public int Load => Math.Max(ReportedLoad, InFlight);

    /// <summary>When it wants to be asked again, by its <c>Retry-After</c>.</summary>
    public DateTimeOffset NotBefore => new(Volatile.Read(ref _notBefore), TimeSpan.Zero);

    /// <summary>Takes a place, if the upstream may be asked now.</summary>
    /// <param name="upstream">Its limits.</param>
    /// <param name="lease">The place; to be given back with what came of it.</param>
    /// <returns>Zero, or how long until asking may help.</returns>
    public TimeSpan TryEnter(UpstreamOptions upstream, out UpstreamLease? lease)
    {
        lease = null;
        var wait = NotBefore - time.GetUtcNow();
        if (wait > TimeSpan.Zero)
            return wait;
        if (Breaker.Wait is var open && open > TimeSpan.Zero)
            return open;
        if (upstream.MaxConcurrent > 0 && InFlight >= upstream.MaxConcurrent)
            return TimeSpan.FromMilliseconds(50);
        if (_rate.Take(upstream.RequestsPerMinute) is var rate && rate > TimeSpan.Zero)
            return rate;
        if (!Breaker.TryEnter())
            return TimeSpan.FromMilliseconds(100);
        Interlocked.Increment(ref _inFlight);
        lease = new UpstreamLease(this);
        return TimeSpan.Zero;
    }

    /// <summary>It asked to be left alone for so long.</summary>
    public void Avoid(TimeSpan duration)
    {
        var until = (time.GetUtcNow() + duration).UtcTicks;
        var known = Volatile.Read(ref _notBefore);
        while (until > known)
        {
            var seen = Interlocked.CompareExchange(ref _notBefore, until, known);
            if (seen == known)
                return;
            known = seen;
        }
    }

    internal void NoteFailure(UpstreamFailure failure) => LastFailure = (failure, time.GetUtcNow());

    internal void Leave() => Interlocked.Decrement(ref _inFlight);
}
