namespace ChatApp.Orchestrator.Turns;

/// <param name="Turn">The turn that answers the request.</param>
/// <param name="IsNew">False when the request id had started it before: then there is nothing to run.</param>
public sealed record StartedTurn(TurnRecord Turn, bool IsNew);
