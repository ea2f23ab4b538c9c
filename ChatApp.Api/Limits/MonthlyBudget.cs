using System.Globalization;
using Dapper;
using Npgsql;

namespace ChatApp.Api.Limits;

/// <summary>
/// Keeps a month's spending within a plan's budget, however many replicas ask at once. What was spent is the orchestrator's to
/// say; what running turns may yet cost is held here until it is part of that.
/// </summary>
internal sealed class MonthlyBudget(NpgsqlDataSource dataSource, MeteredUsage metered, TimeProvider time)
{
    /// <summary>Longer than any turn: a hold that is left behind by a replica's death ends by itself.</summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromHours(1);

    /// <summary>How soon a call that its caller left is metered, at the latest.</summary>
    private static readonly TimeSpan MeteredLate = TimeSpan.FromSeconds(30);

    /// <summary>Holds money for a call.</summary>
    /// <returns>The hold; null when the budget does not allow it.</returns>
    /// <remarks>Not to be cancelled: whoever leaves in between would leave a hold that nobody knows.</remarks>
    public async Task<Guid?> HoldAsync(Guid userId, long micros, decimal budget)
    {
        var id = Guid.NewGuid();
        await using var connection = await dataSource.OpenConnectionAsync();
        // One transaction: under the lock, the statement behind it sees every hold that was taken before.
        var held = await connection.ExecuteAsync("""
            SELECT pg_advisory_xact_lock(hashtextextended('budget ' || @userId::text, 0));
            INSERT INTO identity.holds (id, user_id, micros, until)
            SELECT @id, @userId, @micros, @until
            WHERE @micros
                + (SELECT COALESCE(sum(h.micros), 0) FROM identity.holds h WHERE h.user_id = @userId AND h.until > @now)
                + COALESCE((SELECT b.spent_micros FROM identity.budgets b WHERE b.user_id = @userId AND b.month = @month::date), 0)
                <= @most;
            """, new { id, userId, micros, most = MeteredUsage.Micros(budget), now = time.GetUtcNow(), until = time.GetUtcNow() + LongestHold, month = Month() });
        return held > 0 ? id : null;
    }

    /// <summary>Lets a hold go, once what the call cost is part of what was spent.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="hold">The hold.</param>
    /// <param name="isMetered">False: the call was left before its end, and is metered in a moment.</param>
    public async Task ReleaseAsync(Guid userId, Guid hold, bool isMetered)
    {
        // In this order: money that moves from held to spent is counted twice for a moment, and never not at all.
        var spent = await metered.SpentThisMonthAsync(CancellationToken.None);
        await using var connection = await dataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("""
            INSERT INTO identity.budgets AS b (user_id, month, spent_micros) VALUES (@userId, @month::date, @spent)
            ON CONFLICT (user_id, month) DO UPDATE SET spent_micros = GREATEST(b.spent_micros, excluded.spent_micros);
            UPDATE identity.holds SET until = LEAST(until, @until) WHERE id = @hold AND user_id = @userId;
            DELETE FROM identity.holds WHERE user_id = @userId AND until <= @now;
            """, new { userId, hold, spent = MeteredUsage.Micros(spent), now = time.GetUtcNow(), until = isMetered ? time.GetUtcNow() : time.GetUtcNow() + MeteredLate, month = Month() });
    }

    /// <summary>Takes over what the orchestrator says was spent, as after a guest's usage was added to an account's.</summary>
    public async Task RefreshAsync(Guid userId, CancellationToken cancellationToken)
    {
        var spent = await metered.SpentThisMonthAsync(cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("""
            INSERT INTO identity.budgets AS b (user_id, month, spent_micros) VALUES (@userId, @month::date, @spent)
            ON CONFLICT (user_id, month) DO UPDATE SET spent_micros = GREATEST(b.spent_micros, excluded.spent_micros)
            """, new { userId, spent = MeteredUsage.Micros(spent), month = Month() }, cancellationToken: cancellationToken));
    }

    private string Month() => MeteredUsage.MonthOf(time).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
