using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Wire;

namespace ChatApp.Orchestrator.Gateway.Routing;

/// <summary>A request's place at an upstream. What came of it is told once; leaving without a word says nothing of the upstream.</summary>
internal sealed class UpstreamLease(UpstreamState state) : IDisposable
{
    private static readonly TimeSpan UnnamedPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private bool _told;
    private bool _left;

    public void Succeed(BreakerOptions options)
    {
        if (Tell())
            state.Breaker.Succeed(options);
    }

    /// <returns>True when the upstream is left alone from now on.</returns>
    public bool Fail(UpstreamException exception, BreakerOptions options)
    {
        if (!Tell())
            return false;
        if (exception.Failure != UpstreamFailure.Refused)
            state.NoteFailure(exception.Failure);
        switch (exception.Failure)
        {
            case UpstreamFailure.Overloaded:
                // Busy is not broken: it is left alone for as long as it says, and its breaker stays as it is.
                var pause = exception.RetryAfter ?? UnnamedPause;
                state.Avoid(pause < LongestPause ? pause : LongestPause);
                state.Breaker.Forget();
                return false;
            case UpstreamFailure.Refused:
                state.Breaker.Succeed(options);
                return false;
            default:
                return state.Breaker.Fail(options);
        }
    }

    public void Dispose()
    {
        if (_left)
            return;
        _left = true;
        if (Tell())
            state.Breaker.Forget();
        state.Leave();
    }

    private bool Tell() => !_told && (_told = true);
}
