using ChatApp.Orchestrator.Gateway.Wire;

namespace ChatApp.Orchestrator.Gateway.Routing;

/// <summary>How far a request has come with its plan: in a round each route is tried once.</summary>
internal sealed class PlanProgress(IReadOnlyList<PlannedRoute> plan, UpstreamBoard board)
{
    private readonly HashSet<PlannedRoute> _tried = [];
    private readonly HashSet<PlannedRoute> _useless = [];

    /// <summary>Attempts so far, those still running counted.</summary>
    public int Started { get; private set; }

    /// <summary>The last failure.</summary>
    public UpstreamException? Last { get; private set; }

    /// <summary>No route is worth another attempt.</summary>
    public bool IsHopeless => plan.All(_useless.Contains);

    /// <summary>Whether a route is left in this round.</summary>
    public bool Peek() => plan.Any(route => !_tried.Contains(route) && !_useless.Contains(route));

    /// <summary>Takes a place at the best route that may be asked now.</summary>
    /// <param name="step">The route and the place.</param>
    /// <param name="wait">Otherwise: how long until one may be asked; zero when all have been.</param>
    public bool TryNext(out Step step, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        foreach (var route in plan)
        {
            if (_tried.Contains(route) || _useless.Contains(route))
                continue;
            var blocked = board[route.Route.Name].TryEnter(route.Route.Upstream, out var lease);
            if (lease is not null)
            {
                _tried.Add(route);
                Started++;
                step = new Step(route, lease);
                return true;
            }

            wait = wait == TimeSpan.Zero || blocked < wait ? blocked : wait;
        }

        step = default;
        return false;
    }

    /// <returns>False when nothing was tried since the last round began.</returns>
    public bool NewRound()
    {
        var any = _tried.Count > 0;
        _tried.Clear();
        return any;
    }

    public void Failed(PlannedRoute route, UpstreamException exception)
    {
        Last = exception;
        if (!exception.MayContinue)
            _useless.Add(route);
    }

    /// <summary>Why nothing can be asked: every upstream is left alone for now.</summary>
    public UpstreamException Unavailable(TimeSpan wait) => new(
        plan.Count > 0 ? plan[0].Route.Name : "", UpstreamFailure.Overloaded, "No server of this model can take requests now. Try again in a moment.", Last)
    { RetryAfter = wait };

    internal readonly record struct Step(PlannedRoute Route, UpstreamLease Lease);
}
