namespace ChatApp.Orchestrator.Turns;

/// <summary>Why a running turn is cut short.</summary>
public enum TurnEndReason
{
    None,

    /// <summary>Somebody asked for it to stop.</summary>
    Stop,

    /// <summary>Another replica owns it now.</summary>
    Fenced,

    /// <summary>This replica shuts down; another one is to go on.</summary>
    Handover,
}
