using System.Globalization;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Limits;
using ChatApp.Contracts.OpenAI;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Profile;

/// <summary><c>GET /api/usage</c>: what the caller used per day, model and purpose, in tokens and money, and what their plan allows.</summary>
internal static class UsageApi
{
    private const int DefaultDays = 30;
    private const int MostDays = 366;

    // Before there was anything to use; sums of days stay dates.
    private static readonly DateOnly s_earliest = new(2000, 1, 1);
    private static readonly DateOnly s_latest = new(2999, 12, 31);

    public static async Task<IResult> GetAsync(
        Caller caller, MeteredUsage metered, IOptionsMonitor<PlansOptions> plans, TimeProvider time,
        string? from = null, string? to = null, CancellationToken cancellationToken = default)
    {
        var last = Date("to", to) ?? DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var first = Date("from", from) ?? last.AddDays(1 - DefaultDays);
        if (first > last || last.DayNumber - first.DayNumber > MostDays)
            throw OpenAIException.Invalid($"'from' must lie before 'to', by at most {MostDays} days.", "from");
        return Results.Json(await ReadAsync(null, caller.Plan, first, last, metered, plans.CurrentValue, time, cancellationToken));
    }

    /// <param name="of">Whose; null: the caller's.</param>
    internal static async Task<object> ReadAsync(
        Guid? of, string plan, DateOnly first, DateOnly last, MeteredUsage metered, PlansOptions plans, TimeProvider time, CancellationToken cancellationToken)
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
            Plan = new { Name = plan, Limits = plans[plan] },
        };
    }

    private static DateOnly? Date(string name, string? text) =>
        text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date >= s_earliest && date <= s_latest ? date
        : throw OpenAIException.Invalid($"'{name}' must be a date such as 2030-01-31.", name);
}
