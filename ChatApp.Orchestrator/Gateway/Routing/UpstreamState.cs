using System.Collections.Concurrent;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Wire;

namespace ChatApp.Orchestrator.Gateway.Routing;

/// <summary>What this replica knows of an upstream's condition.</summary>
internal sealed class UpstreamState(string name, TimeProvider time)
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

/// <summary>So many requests per minute, evenly: a token bucket that holds a sixth of a minute's worth.</summary>
internal sealed class MinuteRate(TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _tokens = double.NaN;
    private long _at;

    /// <summary>Takes one if there is one.</summary>
    /// <returns>Zero, or how long until there is one.</returns>
    public TimeSpan Take(int perMinute)
    {
        if (perMinute <= 0)
            return TimeSpan.Zero;
        lock (_lock)
        {
            var capacity = Math.Max(1, perMinute / 6.0);
            var perSecond = perMinute / 60.0;
            _tokens = double.IsNaN(_tokens) ? capacity : Math.Min(capacity, _tokens + (time.GetElapsedTime(_at).TotalSeconds * perSecond));
            _at = time.GetTimestamp();
            if (_tokens < 1)
                return TimeSpan.FromSeconds((1 - _tokens) / perSecond);
            _tokens--;
            return TimeSpan.Zero;
        }
    }
}

/// <summary>The condition of every upstream, by name.</summary>
internal sealed class UpstreamBoard(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, UpstreamState> _states = new();

    public IReadOnlyCollection<UpstreamState> All => [.. _states.Values];

    public UpstreamState this[string name] => _states.GetOrAdd(name, static (key, clock) => new UpstreamState(key, clock), time);
}
