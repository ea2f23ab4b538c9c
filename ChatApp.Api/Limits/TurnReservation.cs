using ChatApp.Api.Callers;
using Npgsql;

namespace ChatApp.Api.Limits;

/// <summary>What one model call holds until it has ended; disposing settles it once.</summary>
internal sealed class TurnReservation(
    Caller caller,
    TurnEstimate estimate,
    IReadOnlyList<BucketTake> tokens,
    long heldMicros,
    IAsyncDisposable? slot,
    bool local,
    TokenBuckets buckets,
    UsageLedger ledger,
    ModelPrices prices,
    ILogger logger) : IAsyncDisposable
{
    private TurnUse? _use;
    private string? _charge;
    private int _settled;

    public Caller Caller => caller;

    public TurnEstimate Estimate => estimate;

    /// <summary>Notes what was used, as soon as it is known; the last word counts.</summary>
    /// <param name="charge">The turn that is charged, so that a repeated request is not.</param>
    public void Use(TurnUse use, string? charge = null) => (_use, _charge) = (use, charge);

    /// <summary>Frees the slot and leaves everything else reserved: for a call whose end nobody saw.</summary>
    public async ValueTask AbandonAsync()
    {
        if (Interlocked.Exchange(ref _settled, 1) == 0 && slot is not null)
            await slot.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _settled, 1) != 0)
            return;
        try
        {
            await SettleAsync();
        }
        finally
        {
            if (slot is not null)
                await slot.DisposeAsync();
        }
    }

    private async Task SettleAsync()
    {
        var use = _use ?? new TurnUse(estimate.Model, 0, 0, 0);
        if (use.Model.Length == 0)
            use = use with { Model = await prices.DefaultModelAsync(CancellationToken.None) };
        var used = use.Tokens;
        if (used > 0 || heldMicros > 0)
        {
            try
            {
                var cost = await prices.MicrosAsync(use.Model, use.InputTokens, use.OutputTokens, CancellationToken.None);
                if (!await ledger.ChargeAsync(caller.Id, _charge, use, cost, heldMicros, CancellationToken.None))
                    used = 0;
            }
            catch (NpgsqlException exception)
            {
                logger.ChargeLost(exception, caller.UserId, use.Tokens);
            }
        }

        await buckets.SettleAsync([.. tokens.Select(take => take with { Amount = used - take.Amount })], local);
    }
}
