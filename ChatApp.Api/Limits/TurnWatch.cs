using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.Limits;

/// <summary>How far a turn has been seen, and by whose reservation.</summary>
internal sealed class TurnWatch(TurnReservation reservation)
{
    public TurnReservation Reservation => reservation;

    public string? TurnId { get; private set; }

    public string Model { get; private set; } = "";

    public long Last { get; private set; }

    public bool Ended { get; private set; }

    public void See(TurnEvent turnEvent)
    {
        Last = turnEvent.Number;
        if (turnEvent.Started is { } started)
            (TurnId, Model) = (started.TurnId, started.Model);
        if (turnEvent.Ended is not { } ended)
            return;
        Ended = true;
        if (ended.Usage is { } usage)
            reservation.Use(new TurnUse(Model, usage.InputTokens, usage.CachedTokens, usage.OutputTokens), TurnId);
    }
}
