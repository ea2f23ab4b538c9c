namespace ChatApp.Orchestrator.Turns.Records;

/// <summary>Why a running turn is cut short.</summary>
internal enum TurnEndReason
{
    None,

    /// <summary>Somebody asked for it to stop.</summary>
    Stop,

    /// <summary>Another replica owns it now.</summary>
    Fenced,

    /// <summary>This replica shuts down; another one is to go on.</summary>
    Handover,
}
