namespace ChatApp.Orchestrator.Gateway;

public enum UpstreamFailure
{
    /// <summary>The request is at fault: asking again changes nothing.</summary>
    Refused,

    /// <summary>The upstream does not accept our key or does not have the model: another upstream may.</summary>
    Misconfigured,

    /// <summary>No connection, or a server error before the first token.</summary>
    Unreachable,

    /// <summary>429 or 503: it is to be asked again later.</summary>
    Overloaded,

    /// <summary>Silent for too long.</summary>
    TimedOut,

    /// <summary>The stream ended in the middle.</summary>
    BrokeOff,

    /// <summary>What it sent is not the protocol.</summary>
    Malformed,

    /// <summary>It went on past every limit of the request and the model.</summary>
    RanAway,
}
