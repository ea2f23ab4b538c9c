namespace ChatApp.Orchestrator.Gateway.Routing;

public enum BreakerState
{
    Closed,

    /// <summary>Nothing is sent.</summary>
    Open,

    /// <summary>One request is sent to see whether it is back.</summary>
    Trial,
}
