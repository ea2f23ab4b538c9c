using System.Globalization;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Metering;
using ChatApp.Orchestrator.V1;
using Grpc.Core;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>What was used: the caller's own; for administrators anyone's.</summary>
internal sealed class MeteringService(UsageStore usages, TimeProvider time) : V1.Metering.MeteringBase
{
    private const int LongestReport = 400;
    private const string Administrator = "admin";

    public override async Task<UsageReport> GetUsage(GetUsageRequest request, ServerCallContext context)
    {
        var to = Day("to", request.To) ?? DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var from = Day("from", request.From) ?? to.AddDays(-29);
        if (from > to || to.DayNumber - from.DayNumber >= LongestReport)
            throw RefusedException.Invalid("from", $"'from' must not be after 'to', and at most {LongestReport} days are reported at once.");

        var caller = context.Caller();
        if ((request.Everyone || request.UserId.Length > 0) && caller.Role != Administrator)
            throw new RpcException(new Status(StatusCode.PermissionDenied, "Only administrators see what others used."));
        var totals = request.Everyone
            ? await usages.EveryoneAsync(from, to, context.CancellationToken)
            : await usages.TotalsAsync(request.UserId.Length > 0 ? request.UserId : caller.Subject, from, to, context.CancellationToken);
        return new UsageReport { Days = { totals.Select(ToWire) } };
    }

    private static DayUsage ToWire(UsageTotal total) => new()
    {
        Day = total.Day,
        Model = total.Model,
        Purpose = total.Purpose,
        Generations = total.Generations,
        InputTokens = total.InputTokens,
        CachedTokens = total.CachedTokens,
        OutputTokens = total.OutputTokens,
        Cost = total.Cost.ToString("0.##########", CultureInfo.InvariantCulture),
    };

    private static DateOnly? Day(string field, string text)
    {
        if (text.Length == 0)
            return null;
        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : throw RefusedException.Invalid(field, $"'{field}' must be a day such as 2026-01-31.");
    }
}
