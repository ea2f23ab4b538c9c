using System.Globalization;
using ChatApp.Orchestrator.Storage;

namespace ChatApp.Orchestrator.Metering;

/// <summary>
/// What model calls outside of turns used (a turn's usage is stored with its end), and the totals per user, day and model,
/// which the database keeps with each event.
/// </summary>
public sealed class UsageStore(OwnedDatabase database)
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

    /// <summary>Totals by day and model, the newest day first.</summary>
    public Task<IReadOnlyList<UsageTotal>> TotalsAsync(string owner, DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
        database.For(owner).QueryAsync<UsageTotal>(
            """
            SELECT day::text AS day, model, generations, input_tokens, cached_tokens, output_tokens, cost
            FROM chat.usage_totals
            WHERE user_id = @owner AND day BETWEEN @from::date AND @to::date
            ORDER BY day DESC, model
            """,
            new { from = from.ToString("O", CultureInfo.InvariantCulture), to = to.ToString("O", CultureInfo.InvariantCulture) },
            cancellationToken);
}
