using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.Limits;

/// <summary>How far a turn has been seen, and by whose reservation.</summary>
internal sealed class TurnWatch(TurnReservation reservation)
{
    public TurnReservation Reservation => reservation;

    public string? TurnId { get; private set; }

    public long Last { get; private set; }

    public bool Ended { get; private set; }

    private long _deltas;

    /// <summary>Charges, for a turn whose end nobody reports, what was seen of it: a token a piece of text.</summary>
    public void CountSeen()
    {
        if (!Ended && _deltas > 0)
            reservation.Use(reservation.Estimate.InputTokens + _deltas, TurnId);
    }

    public void See(TurnEvent turnEvent)
    {
        if (turnEvent.Text is not null || turnEvent.Reasoning is not null)
            _deltas++;
        Last = turnEvent.Number;
        if (turnEvent.Started is { } started)
            TurnId = started.TurnId;
        if (turnEvent.Ended is not { } ended)
            return;
        if (ended.Usage is { } usage)
            reservation.Use(usage.InputTokens + usage.OutputTokens, TurnId);
        else
            CountSeen();
        Ended = true;
    }
}
