using ChatApp.Api.Callers;
using ChatApp.Api.Limits.Buckets;

namespace ChatApp.Api.Limits;

/// <summary>What one model call holds until it has ended; disposing settles it once.</summary>
internal sealed class TurnReservation(Caller caller, TurnEstimate estimate, HeldAllowance held, ITurnSlot? slot, TurnSettlement settlement) : IAsyncDisposable
{
    private long _used;
    private string? _turnId;
    private bool _leftEarly;
    private int _settled;

    public Caller Caller => caller;

    public TurnEstimate Estimate => estimate;

    /// <summary>Notes what was used, as soon as it is known; the last word counts.</summary>
    /// <param name="tokens">Input and output.</param>
    /// <param name="turnId">The turn, so that a repeated request takes nothing more.</param>
    public void Use(long tokens, string? turnId = null) => (_used, _turnId) = (tokens, turnId);

    /// <summary>The caller left before the end: what the call cost is not metered yet.</summary>
    public void LeaveEarly() => _leftEarly = true;

    /// <summary>Frees the slot and leaves everything else reserved: for a call whose end nobody saw.</summary>
    public async ValueTask AbandonAsync()
    {
        if (Interlocked.Exchange(ref _settled, 1) == 0 && slot is not null)
            await slot.DisposeAsync();
    }

    /// <summary>Leaves everything reserved, the slot for as long as its lease lasts: the turn goes on while this service stops.</summary>
    public void Leave()
    {
        if (Interlocked.Exchange(ref _settled, 1) == 0)
            slot?.Leave();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _settled, 1) != 0)
            return;
        try
        {
            await settlement.SettleAsync(caller, held, new TurnUse(_used, _turnId, _leftEarly));
        }
        finally
        {
            if (slot is not null)
                await slot.DisposeAsync();
        }
    }
}

/// <summary>What a call took from its user's plan before it ran.</summary>
/// <param name="Tokens">From the buckets of tokens, by estimate.</param>
/// <param name="IsLocal">Whether this replica's own buckets gave them.</param>
/// <param name="Money">The hold on the month's budget, where there is one.</param>
internal sealed record HeldAllowance(IReadOnlyList<BucketTake> Tokens, bool IsLocal, Guid? Money);
