using ChatApp.Api.Limits;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Profile;

/// <summary>What a user used, and may use.</summary>
internal sealed class UsageStatement(MeteredUsage metered, IOptionsMonitor<PlansOptions> plans, TimeProvider time)
{
    /// <param name="of">Whose; null: the caller's.</param>
    /// <param name="plan">Their plan.</param>
    /// <param name="first">The first day.</param>
    /// <param name="last">The last day.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<object> ReadAsync(Guid? of, string plan, DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        var month = MeteredUsage.MonthOf(time);
        var rows = await metered.ListAsync(first, last, of, cancellationToken);
        var spent = await metered.ListAsync(month, month.AddMonths(1).AddDays(-1), of, cancellationToken);
        return new
        {
            From = first,
            To = last,
            Data = rows,
            Total = new
            {
                Requests = rows.Sum(row => row.Requests),
                InputTokens = rows.Sum(row => row.InputTokens),
                CachedTokens = rows.Sum(row => row.CachedTokens),
                OutputTokens = rows.Sum(row => row.OutputTokens),
                Cost = rows.Sum(row => row.Cost),
            },
            SpentThisMonth = spent.Sum(row => row.Cost),
            Plan = new { Name = plan, Limits = plans.CurrentValue[plan] },
        };
    }
}
