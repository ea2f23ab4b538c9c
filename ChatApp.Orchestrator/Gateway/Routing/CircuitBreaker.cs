using ChatApp.Orchestrator.Gateway.Settings;

namespace ChatApp.Orchestrator.Gateway.Routing;

/// <summary>
/// Leaves an upstream alone that fails too often, then lets one request try. What it tells can be asked without using it up,
/// which routing needs: an open breaker is passed by, one whose time is over takes its turn again.
/// </summary>
internal sealed class CircuitBreaker(TimeProvider time)
{
    private const int Buckets = 10;

    private readonly Lock _lock = new();
    private readonly long[] _slots = new long[Buckets];
    private readonly int[] _calls = new int[Buckets];
    private readonly int[] _failures = new int[Buckets];
    private BreakerState _state;
    private DateTimeOffset _openUntil;
    private int _trips;

    public BreakerState State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>How long until a request may be sent; zero: now.</summary>
    public TimeSpan Wait
    {
        get
        {
            lock (_lock)
            {
                var left = _openUntil - time.GetUtcNow();
                return _state == BreakerState.Closed || (_state == BreakerState.Open && left <= TimeSpan.Zero)
                    ? TimeSpan.Zero
                    : left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(100);
            }
        }
    }

    /// <summary>Whether a request may be sent now; if so, its end has to be told by one of the methods below.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            if (_state == BreakerState.Closed)
                return true;
            if (_state == BreakerState.Trial || time.GetUtcNow() < _openUntil)
                return false;
            _state = BreakerState.Trial;
            return true;
        }
    }

    public void Succeed(BreakerOptions options)
    {
        lock (_lock)
        {
            Count(options, failed: false);
            if (_state != BreakerState.Trial)
                return;
            _state = BreakerState.Closed;
            _trips = 0;
            Array.Clear(_slots);
            Array.Clear(_calls);
            Array.Clear(_failures);
        }
    }

    /// <returns>True when it opened by this failure.</returns>
    public bool Fail(BreakerOptions options)
    {
        lock (_lock)
        {
            Count(options, failed: true);
            if (_state == BreakerState.Open || (_state == BreakerState.Closed && !IsTooMany(options)))
                return false;
            var pause = options.Break * Math.Pow(2, Math.Min(_trips, 20));
            _openUntil = time.GetUtcNow() + (pause < options.LongestBreak ? pause : options.LongestBreak);
            _trips++;
            _state = BreakerState.Open;
            return true;
        }
    }

    /// <summary>The request ended without saying anything of the upstream: its caller went away, or it was refused for its own fault.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            if (_state == BreakerState.Trial)
                _state = BreakerState.Open;
        }
    }

    private bool IsTooMany(BreakerOptions options)
    {
        var oldest = Slot(options) - Buckets + 1;
        var (calls, failures) = (0, 0);
        for (var i = 0; i < Buckets; i++)
        {
            if (_slots[i] < oldest)
                continue;
            calls += _calls[i];
            failures += _failures[i];
        }

        return calls >= options.MinimumCalls && failures >= calls * options.FailureRatio;
    }

    private void Count(BreakerOptions options, bool failed)
    {
        var slot = Slot(options);
        var index = (int)(slot % Buckets);
        if (_slots[index] != slot)
            (_slots[index], _calls[index], _failures[index]) = (slot, 0, 0);
        _calls[index]++;
        if (failed)
            _failures[index]++;
    }

    private long Slot(BreakerOptions options) => time.GetUtcNow().UtcTicks / Math.Max(1, options.Window.Ticks / Buckets);
}

public enum BreakerState
{
    Closed,

    /// <summary>Nothing is sent.</summary>
    Open,

    /// <summary>One request is sent to see whether it is back.</summary>
    Trial,
}
