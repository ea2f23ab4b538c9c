using ChatApp.Api.Callers;
using ChatApp.Api.Limits.Buckets;
using ChatApp.Api.Logging;
using Dapper;
using Npgsql;

namespace ChatApp.Api.Limits;

/// <summary>What one model call holds until it has ended; disposing settles it once.</summary>
internal sealed class TurnReservation(
    Caller caller,
    TurnEstimate estimate,
    IReadOnlyList<BucketTake> tokens,
    Guid? hold,
    ITurnSlot? slot,
    bool local,
    TokenBuckets buckets,
    ChargedTurns charged,
    MonthlyBudget money,
    ILogger logger) : IAsyncDisposable
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
            await SettleAsync();
        }
        finally
        {
            if (slot is not null)
                await slot.DisposeAsync();
        }
    }

    // One that fails is no reason to keep the others.
    private async Task SettleAsync()
    {
        var used = _used;
        await TryAsync(async () =>
        {
            if (used > 0 && _turnId is { } turn && !await charged.AddAsync(caller.Id, turn))
                used = 0;
        });
        await TryAsync(async () =>
        {
            if (hold is { } held)
                await money.ReleaseAsync(caller.Id, held, isMetered: !_leftEarly);
        });
        await TryAsync(() => buckets.SettleAsync([.. tokens.Select(take => take with { Amount = used - take.Amount })], local));

        async Task TryAsync(Func<Task> settle)
        {
            try
            {
                await settle();
            }
            catch (Exception exception)
            {
                logger.NotSettled(exception, caller.UserId, used);
            }
        }
    }
}

/// <summary>Which turns were taken from their user's limits already: a request that is repeated attaches to its turn and takes nothing more.</summary>
internal sealed class ChargedTurns(NpgsqlDataSource dataSource, TimeProvider time)
{
    /// <returns>Whether this is the first time.</returns>
    public async Task<bool> AddAsync(Guid userId, string turnId)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        return await connection.ExecuteAsync(
            "INSERT INTO identity.charges (id, user_id, at) VALUES (@turnId, @userId, @now) ON CONFLICT DO NOTHING",
            new { turnId, userId, now = time.GetUtcNow() }) > 0;
    }
}
