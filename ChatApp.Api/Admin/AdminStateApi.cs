using System.Text.Json;
using ChatApp.Api.Audit;
using ChatApp.Api.Limits;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Admin;

/// <summary>The state of the whole product: usage, plans, and what was done by whom.</summary>
internal static class AdminStateApi
{
    private const int LargestPage = 500;
    private const int MostDays = 366;

    public static async Task<IResult> UsageAsync(MeteredUsage metered, TimeProvider time, int days = 30, CancellationToken cancellationToken = default)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        return Results.Json(new { Data = await metered.ListEveryoneAsync(today.AddDays(1 - Math.Clamp(days, 1, MostDays)), today, cancellationToken) });
    }

    public static IResult Plans(IOptionsMonitor<PlansOptions> plans) => Results.Json(new { Data = plans.CurrentValue.Plans });

    public static async Task<IResult> AuditAsync(
        AuditLog audit, long? before = null, string? subject = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        // The log keeps bare ids; people copy them with their prefix.
        var id = subject is not null && subject.Contains('_', StringComparison.Ordinal) && Guid.TryParseExact(subject[(subject.IndexOf('_', StringComparison.Ordinal) + 1)..], "N", out var parsed)
            ? parsed.ToString()
            : subject;
        var entries = await audit.ListAsync(before, id, Math.Clamp(limit, 1, LargestPage), cancellationToken);
        return Results.Json(new
        {
            Data = entries.Select(entry => new
            {
                entry.Id,
                entry.At,
                entry.ActorId,
                entry.Action,
                entry.SubjectId,
                entry.Address,
                Details = entry.Details is null ? (JsonElement?)null : JsonElement.Parse(entry.Details),
            }),
        });
    }
}
