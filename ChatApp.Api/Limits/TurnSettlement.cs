using ChatApp.Api.Callers;
using ChatApp.Api.Limits.Buckets;
using ChatApp.Api.Logging;
using Dapper;
using Npgsql;

namespace ChatApp.Api.Limits;

/// <summary>Sets what a call took right by what it used.</summary>
internal sealed class TurnSettlement(TokenBuckets buckets, ChargedTurns charged, MonthlyBudget money, ILogger<TurnSettlement> logger)
{
    // One part that fails is no reason to keep the others.
    public async Task SettleAsync(Caller caller, HeldAllowance held, TurnUse use)
    {
        var used = use.Tokens;
        await TryAsync(async () =>
        {
            if (used > 0 && use.TurnId is { } turn && !await charged.AddAsync(caller.Id, turn))
                used = 0;
        });
        await TryAsync(async () =>
        {
            if (held.Money is { } hold)
                await money.ReleaseAsync(caller.Id, hold, isMetered: !use.LeftEarly);
        });
        await TryAsync(() => buckets.SettleAsync([.. held.Tokens.Select(take => take with { Amount = used - take.Amount })], held.IsLocal));

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

/// <summary>What a call used.</summary>
/// <param name="Tokens">Input and output.</param>
/// <param name="TurnId">The turn, where there is one that may be asked for again.</param>
/// <param name="LeftEarly">Its caller left before the end: what it cost is not metered yet.</param>
internal readonly record struct TurnUse(long Tokens, string? TurnId, bool LeftEarly);

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
