namespace ChatApp.Orchestrator.Gateway.Routing;

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
