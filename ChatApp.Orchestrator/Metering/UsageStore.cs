using System.Globalization;
using ChatApp.Orchestrator.Storage;
using Dapper;
using Npgsql;

namespace ChatApp.Orchestrator.Metering;

/// <summary>
/// What model calls outside of turns used (a turn's usage is stored with its end), and the totals per user, day, model and purpose,
/// which the database keeps with each event.
/// </summary>
internal sealed class UsageStore(OwnedDatabase database, NpgsqlDataSource dataSource)
{
    public Task RecordAsync(string owner, GenerationRecord generation, CancellationToken cancellationToken) =>
        database.For(owner).ExecuteAsync(
            """
            INSERT INTO chat.usage_events (id, user_id, request_id, purpose, model, input_tokens, cached_tokens, output_tokens,
                cost, upstream, outcome, ts)
            VALUES (@Id, @owner, @RequestId, @Purpose, @Model, @InputTokens, @CachedTokens, @OutputTokens,
                @Cost, @Upstream, @outcome, @at)
            ON CONFLICT (id) DO NOTHING
            """,
            new
            {
                generation.Id,
                generation.RequestId,
                generation.Purpose,
                generation.Model,
                generation.Usage.InputTokens,
                generation.Usage.CachedTokens,
                generation.Usage.OutputTokens,
                generation.Usage.Cost,
                generation.Upstream,
                outcome = generation.Outcome.ToString().ToLowerInvariant(),
                at = generation.At.UtcDateTime,
            },
            cancellationToken);

    /// <summary>A user's totals by day, model and purpose, the newest day first.</summary>
    public Task<IReadOnlyList<UsageTotal>> TotalsAsync(string owner, DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
        database.For(owner).QueryAsync<UsageTotal>(
            """
            SELECT day::text AS day, model, purpose, generations, input_tokens, cached_tokens, output_tokens, cost
            FROM chat.usage_totals
            WHERE user_id = @owner AND day BETWEEN @from::date AND @to::date
            ORDER BY day DESC, model, purpose
            """,
            Span(from, to),
            cancellationToken);

    /// <summary>The same of everyone together, for administrators: the one read here that is not bound to an owner.</summary>
    public async Task<IReadOnlyList<UsageTotal>> EveryoneAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<UsageTotal>(new CommandDefinition(
            """
            SELECT day::text AS day, model, purpose, sum(generations)::bigint AS generations, sum(input_tokens)::bigint AS input_tokens,
                   sum(cached_tokens)::bigint AS cached_tokens, sum(output_tokens)::bigint AS output_tokens, sum(cost) AS cost
            FROM chat.usage_totals
            WHERE day BETWEEN @from::date AND @to::date
            GROUP BY usage_totals.day, model, purpose
            ORDER BY usage_totals.day DESC, model, purpose
            """,
            Span(from, to),
            cancellationToken: cancellationToken))];
    }

    private static object Span(DateOnly from, DateOnly to) =>
        new { from = from.ToString("O", CultureInfo.InvariantCulture), to = to.ToString("O", CultureInfo.InvariantCulture) };
}

/// <summary>What generations with one model for one purpose used on one day (UTC).</summary>
internal sealed record UsageTotal
{
    /// <summary>As <c>2026-01-31</c>.</summary>
    public required string Day { get; init; }
    public required string Model { get; init; }

    /// <summary>As in <see cref="GenerationRecord"/>; <c>turn</c> for an answer in a conversation.</summary>
    public required string Purpose { get; init; }
    public long Generations { get; init; }
    public long InputTokens { get; init; }
    public long CachedTokens { get; init; }
    public long OutputTokens { get; init; }

    /// <summary>Money, in the currency of the configured prices.</summary>
    public decimal Cost { get; init; }
}
