using System.Globalization;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Contracts.OpenAI;

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
        Caller caller, UsageStatement statement, TimeProvider time, string? from = null, string? to = null, CancellationToken cancellationToken = default)
    {
        var last = Date("to", to) ?? DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var first = Date("from", from) ?? last.AddDays(1 - DefaultDays);
        if (first > last || last.DayNumber - first.DayNumber > MostDays)
            throw OpenAIException.Invalid($"'from' must lie before 'to', by at most {MostDays} days.", "from");
        return Results.Json(await statement.ReadAsync(null, caller.Plan, first, last, cancellationToken));
    }

    private static DateOnly? Date(string name, string? text) =>
        text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date >= s_earliest && date <= s_latest ? date
        : throw OpenAIException.Invalid($"'{name}' must be a date such as 2030-01-31.", name);
}
