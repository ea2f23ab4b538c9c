using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Turns;

/// <param name="Turn">The turn that answers the request.</param>
/// <param name="First">Its first event, when it is to be run now; null when the request id had started it before.</param>
/// <param name="Question">What it answers; null: to be read.</param>
public sealed record StartedTurn(TurnRecord Turn, TurnEvent? First, KnownQuestion? Question = null);
