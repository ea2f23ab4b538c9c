using ChatApp.Api.Accounts;
using ChatApp.Api.Audit;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Limits;
using ChatApp.Api.Profile;
using ChatApp.Api.Sessions;
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
        AccountStore accounts,
        AccountDirectory directory,
        IOptionsMonitor<PlansOptions> plans,
        AuditLog audit,
        CancellationToken cancellationToken)
    {
        var user = Id(id);
        if (body.Role is not (null or Account.User or Account.Admin))
            throw OpenAIException.Invalid("'role' must be user or admin.", "role");
        if (body.Plan is not null && !plans.CurrentValue.Plans.ContainsKey(body.Plan))
            throw OpenAIException.Invalid($"'plan' must be one of: {string.Join(", ", plans.CurrentValue.Plans.Keys)}.", "plan");
        if (user == caller.Id && (body.Role is not null || body.BannedUntil is not null))
            throw OpenAIException.Conflict("Administrators do not change their own role or ban themselves; another one can.", "own_account");
        if (!await accounts.AdministerAsync(user, body.Role, body.Plan, body.BannedUntil?.ToUniversalTime(), body.Unban, cancellationToken))
            throw OpenAIException.NotFound("user");

        directory.Forget(user);
        await audit.WriteAsync("admin.user_changed", caller.Id, user, body);
        return await GetAsync(id, accounts, cancellationToken);
    }

    public static async Task<IResult> SignOutAsync(
        string id, Caller caller, SessionStore sessions, AccountDirectory directory, AuditLog audit, CancellationToken cancellationToken)
    {
        await sessions.RevokeAllAsync(Id(id), "by_administrator", cancellationToken);
        directory.Forget(Id(id));
        await audit.WriteAsync("admin.user_signed_out", caller.Id, Id(id), null);
        return Results.NoContent();
    }

    public static async Task<IResult> UsageAsync(
        string id, AccountStore accounts, MeteredUsage metered, IOptionsMonitor<PlansOptions> plans, TimeProvider time, CancellationToken cancellationToken)
    {
        var user = await accounts.FindAsync(Id(id), cancellationToken) ?? throw OpenAIException.NotFound("user");
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        return Results.Json(await UsageApi.ReadAsync(user.Id, user.Plan, today.AddDays(1 - UsageDays), today, metered, plans.CurrentValue, time, cancellationToken));
    }

    private static Guid Id(string id) => WireId.Parse(WireId.User, id) ?? throw OpenAIException.NotFound("user");

    internal sealed record UserChange(string? Role, string? Plan, DateTimeOffset? BannedUntil, bool Unban = false);
}
