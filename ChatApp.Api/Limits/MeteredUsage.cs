using System.Globalization;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.Limits;

/// <summary>What was used, as the orchestrator metered it: every generation once, with those that nobody asked for by name.</summary>
internal sealed class MeteredUsage(Metering.MeteringClient metering, TimeProvider time)
{
    private const decimal Million = 1_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Millionths of the currency unit, rounded up.</summary>
    public static long Micros(decimal money) => (long)Math.Ceiling(money * Million);

    /// <summary>The first day of the present month (UTC).</summary>
    public static DateOnly MonthOf(TimeProvider time)
    {
        var now = time.GetUtcNow();
        return new DateOnly(now.Year, now.Month, 1);
    }

    /// <summary>By day, model and purpose, both days included, the newest first.</summary>
    /// <param name="of">Whose; null: the caller's. Others are for administrators.</param>
    public Task<IReadOnlyList<UsageRow>> ListAsync(DateOnly from, DateOnly to, Guid? of, CancellationToken cancellationToken) =>
        ListAsync(new GetUsageRequest { From = Text(from), To = Text(to), UserId = of?.ToString() ?? "" }, cancellationToken);

    /// <summary>Everyone's together, for administrators.</summary>
    public Task<IReadOnlyList<UsageRow>> ListEveryoneAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
        ListAsync(new GetUsageRequest { From = Text(from), To = Text(to), Everyone = true }, cancellationToken);

    /// <summary>What the caller's generations of this month cost.</summary>
    public async Task<decimal> SpentThisMonthAsync(CancellationToken cancellationToken) =>
        (await ListAsync(MonthOf(time), DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime), null, cancellationToken)).Sum(row => row.Cost);

    private async Task<IReadOnlyList<UsageRow>> ListAsync(GetUsageRequest request, CancellationToken cancellationToken)
    {
        var report = await metering.GetUsageAsync(request, deadline: DateTime.UtcNow + Patience, cancellationToken: cancellationToken);
        return [.. report.Days.Select(day => new UsageRow(
            day.Day, day.Model, day.Purpose, day.Generations, day.InputTokens, day.CachedTokens, day.OutputTokens, decimal.Parse(day.Cost, CultureInfo.InvariantCulture)))];
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>What generations with one model for one purpose used on one day (UTC).</summary>
/// <param name="Requests">Generations.</param>
/// <param name="CachedTokens">Part of the input.</param>
/// <param name="Cost">Money, in the currency in which models are priced.</param>
internal sealed record UsageRow(string Day, string Model, string Purpose, long Requests, long InputTokens, long CachedTokens, long OutputTokens, decimal Cost);
