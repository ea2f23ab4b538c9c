using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Turns;

/// <summary>Whose fault a turn's end is, for the share of turns that the service failed.</summary>
internal static class TurnFault
{
    public const string None = "none";

    /// <summary>What was asked can't be done: too long, a model that there is not.</summary>
    public const string Caller = "caller";
    public const string Service = "service";

    public static string Of(string status, Error? error) => status switch
    {
        TurnStatus.Interrupted => Service,
        TurnStatus.Failed => error?.Type == "invalid_request_error" ? Caller : Service,
        _ => None,
    };
}
