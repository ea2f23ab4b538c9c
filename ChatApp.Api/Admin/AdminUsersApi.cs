using ChatApp.Api.Accounts;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Limits;
using ChatApp.Api.Profile;
using ChatApp.Contracts.Ids;
using ChatApp.Contracts.OpenAI;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Admin;

/// <summary>Users: who they are, what they may, and whether they may at all.</summary>
internal static class AdminUsersApi
{
    private const int LargestPage = 200;
    private const int UsageDays = 90;

    public static async Task<IResult> ListAsync(
        AccountStore accounts, string? q = null, string? before = null, int limit = 50, CancellationToken cancellationToken = default)
    {
        var users = await accounts.ListAsync(q, before is null ? null : Id(before), Math.Clamp(limit, 1, LargestPage), cancellationToken);
        return Results.Json(new { Data = users.Select(UserView.From) });
    }

    public static async Task<IResult> GetAsync(string id, AccountStore accounts, CancellationToken cancellationToken) =>
        Results.Json(UserView.From(await accounts.FindAsync(Id(id), cancellationToken) ?? throw OpenAIException.NotFound("user")));

    public static async Task<IResult> UpdateAsync(
        string id,
        UserChange body,
        Caller caller,
        UserAdministration users,
        IOptionsMonitor<PlansOptions> plans,
        CancellationToken cancellationToken)
    {
        var user = Id(id);
        if (body.Role is not (null or Account.User or Account.Admin))
            throw OpenAIException.Invalid("'role' must be user or admin.", "role");
        if (body.Plan is not null && !plans.CurrentValue.Plans.ContainsKey(body.Plan))
            throw OpenAIException.Invalid($"'plan' must be one of: {string.Join(", ", plans.CurrentValue.Plans.Keys)}.", "plan");
        if (user == caller.Id && (body.Role is not null || body.BannedUntil is not null))
            throw OpenAIException.Conflict("Administrators do not change their own role or ban themselves; another one can.", "own_account");
        return Results.Json(UserView.From(await users.ChangeAsync(caller, user, body, cancellationToken)));
    }

    public static async Task<IResult> SignOutAsync(string id, Caller caller, UserAdministration users, CancellationToken cancellationToken)
    {
        await users.SignOutAsync(caller, Id(id), cancellationToken);
        return Results.NoContent();
    }

    public static async Task<IResult> UsageAsync(
        string id, AccountStore accounts, UsageStatement statement, TimeProvider time, CancellationToken cancellationToken)
    {
        var user = await accounts.FindAsync(Id(id), cancellationToken) ?? throw OpenAIException.NotFound("user");
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        return Results.Json(await statement.ReadAsync(user.Id, user.Plan, today.AddDays(1 - UsageDays), today, cancellationToken));
    }

    private static Guid Id(string id) => WireId.Parse(WireId.User, id) ?? throw OpenAIException.NotFound("user");

    internal sealed record UserChange(string? Role, string? Plan, DateTimeOffset? BannedUntil, bool Unban = false);
}
