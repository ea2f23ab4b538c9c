using System.Globalization;
using Dapper;
using Npgsql;

namespace ChatApp.Api.Limits;

/// <summary>What was charged to whom: per day and model for the user to see, and per month against the budget.</summary>
internal sealed class UsageLedger(NpgsqlDataSource dataSource, TimeProvider time)
{
    /// <summary>Holds money of the month's budget; exact, however many replicas hold at once.</summary>
    /// <returns>False when the budget does not allow it.</returns>
    public async Task<bool> HoldAsync(Guid userId, long micros, long budgetMicros, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition("""
            INSERT INTO identity.budgets AS b (user_id, month, spent_micros)
            SELECT @userId, @month::date, @micros WHERE @micros <= @budgetMicros
            ON CONFLICT (user_id, month) DO UPDATE SET spent_micros = b.spent_micros + @micros
            WHERE b.spent_micros + @micros <= @budgetMicros
            """, new { userId, micros, budgetMicros, month = Month() }, cancellationToken: cancellationToken)) > 0;
    }

    /// <summary>Writes what was used, and the money that it cost beyond what was held.</summary>
    /// <param name="charge">The turn; a turn is charged once, however often its request is repeated. Null: charged as it is.</param>
    /// <returns>False when the turn was charged before; what was held is given back then.</returns>
    public async Task<bool> ChargeAsync(Guid userId, string? charge, TurnUse use, long costMicros, long heldMicros, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var first = charge is null || await connection.ExecuteAsync(Command(
            "INSERT INTO identity.charges (id, user_id, at) VALUES (@charge, @userId, @now) ON CONFLICT DO NOTHING")) > 0;
        if (first)
        {
            await connection.ExecuteAsync(Command("""
                INSERT INTO identity.usage_daily AS u (user_id, day, model, requests, input_tokens, cached_tokens, output_tokens, cost_micros)
                VALUES (@userId, @day::date, @Model, 1, @InputTokens, @CachedTokens, @OutputTokens, @costMicros)
                ON CONFLICT (user_id, day, model) DO UPDATE SET
                    requests = u.requests + 1,
                    input_tokens = u.input_tokens + @InputTokens,
                    cached_tokens = u.cached_tokens + @CachedTokens,
                    output_tokens = u.output_tokens + @OutputTokens,
                    cost_micros = u.cost_micros + @costMicros
                """));
        }

        var difference = (first ? costMicros : 0) - heldMicros;
        if (difference != 0)
        {
            await connection.ExecuteAsync(Command("""
                INSERT INTO identity.budgets AS b (user_id, month, spent_micros) VALUES (@userId, @month::date, GREATEST(0, @difference))
                ON CONFLICT (user_id, month) DO UPDATE SET spent_micros = GREATEST(0, b.spent_micros + @difference)
                """, difference));
        }

        await transaction.CommitAsync(cancellationToken);
        return first;

        CommandDefinition Command(string sql, long difference = 0) => new(sql, new
        {
            userId,
            charge,
            use.Model,
            use.InputTokens,
            use.CachedTokens,
            use.OutputTokens,
            costMicros,
            difference,
            now = time.GetUtcNow(),
            day = Text(DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime)),
            month = Month(),
        }, transaction, cancellationToken: cancellationToken);
    }

    public async Task<IReadOnlyList<UsageRow>> ListAsync(Guid userId, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<UsageRow>(new CommandDefinition("""
            SELECT to_char(day, 'YYYY-MM-DD') AS day, model, requests, input_tokens, cached_tokens, output_tokens, cost_micros FROM identity.usage_daily
            WHERE user_id = @userId AND day BETWEEN @from::date AND @to::date ORDER BY usage_daily.day DESC, model
            """, new { userId, from = Text(from), to = Text(to) }, cancellationToken: cancellationToken))];
    }

    /// <summary>All users together, for the administrator.</summary>
    public async Task<IReadOnlyList<UsageRow>> ListEveryoneAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<UsageRow>(new CommandDefinition("""
            SELECT to_char(day, 'YYYY-MM-DD') AS day, model, sum(requests)::bigint AS requests, sum(input_tokens)::bigint AS input_tokens,
                   sum(cached_tokens)::bigint AS cached_tokens, sum(output_tokens)::bigint AS output_tokens, sum(cost_micros)::bigint AS cost_micros
            FROM identity.usage_daily WHERE day BETWEEN @from::date AND @to::date GROUP BY usage_daily.day, model ORDER BY usage_daily.day DESC, model
            """, new { from = Text(from), to = Text(to) }, cancellationToken: cancellationToken))];
    }

    /// <returns>Millionths spent or held this month.</returns>
    public async Task<long> SpentAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            "SELECT spent_micros FROM identity.budgets WHERE user_id = @userId AND month = @month::date", new { userId, month = Month() }, cancellationToken: cancellationToken)) ?? 0;
    }

    private string Month()
    {
        var now = time.GetUtcNow();
        return Text(new DateOnly(now.Year, now.Month, 1));
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
