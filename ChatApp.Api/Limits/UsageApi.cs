using System.Globalization;
using ChatApp.Api.Callers;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Limits;

/// <summary><c>GET /api/usage</c>: what the caller used per day and model, in tokens and money, and what their plan allows.</summary>
internal static class UsageApi
{
    private const int DefaultDays = 30;
    private const int MostDays = 366;
    private const decimal Micros = 1_000_000;

    public static async Task<IResult> GetAsync(
        Caller caller, UsageLedger ledger, IOptionsMonitor<PlansOptions> plans, TimeProvider time,
        string? from = null, string? to = null, CancellationToken cancellationToken = default)
    {
        var last = Date("to", to) ?? DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var first = Date("from", from) ?? last.AddDays(1 - DefaultDays);
        if (first > last || last.DayNumber - first.DayNumber > MostDays)
            throw RefusedException.Invalid($"'from' must lie before 'to', by at most {MostDays} days.", "from");
        return Results.Json(await ReadAsync(caller.Id, caller.Plan, first, last, ledger, plans.CurrentValue, cancellationToken));
    }

    internal static async Task<object> ReadAsync(
        Guid userId, string plan, DateOnly first, DateOnly last, UsageLedger ledger, PlansOptions plans, CancellationToken cancellationToken)
    {
        var rows = await ledger.ListAsync(userId, first, last, cancellationToken);
        return new
        {
            From = first,
            To = last,
            Data = rows.Select(row => new
            {
                row.Day,
                row.Model,
                row.Requests,
                row.InputTokens,
                row.CachedTokens,
                row.OutputTokens,
                Cost = row.CostMicros / Micros,
            }),
            Total = new
            {
                Requests = rows.Sum(row => row.Requests),
                InputTokens = rows.Sum(row => row.InputTokens),
                CachedTokens = rows.Sum(row => row.CachedTokens),
                OutputTokens = rows.Sum(row => row.OutputTokens),
                Cost = rows.Sum(row => row.CostMicros) / Micros,
            },
            SpentThisMonth = await ledger.SpentAsync(userId, cancellationToken) / Micros,
            Plan = new { Name = plan, Limits = plans[plan] },
        };
    }

    private static DateOnly? Date(string name, string? text) =>
        text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date
        : throw RefusedException.Invalid($"'{name}' must be a date such as 2030-01-31.", name);
}
