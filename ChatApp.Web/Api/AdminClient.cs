using System.Globalization;
using System.Text.Json;

namespace ChatApp.Web.Api;

/// <summary>What administrators see and do. The Api decides who is one.</summary>
public sealed class AdminClient(ApiConnection api)
{
    public const int UsersPage = 50;
    public const int AuditPage = 100;

    /// <param name="before">Id of the last user of the page before.</param>
    public async Task<IReadOnlyList<UserProfile>> ListUsersAsync(string? query, string? before, CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/api/admin/users?limit={UsersPage}");
        if (!string.IsNullOrWhiteSpace(query))
            path += $"&q={Uri.EscapeDataString(query.Trim())}";
        if (before is not null)
            path += $"&before={Uri.EscapeDataString(before)}";
        return (await api.ReadAsync<DataPage<UserProfile>>(HttpMethod.Get, path, null, cancellationToken)).Data;
    }

    public Task<UserProfile> ChangeUserAsync(string id, UserChange change, CancellationToken cancellationToken) =>
        api.ReadAsync<UserProfile>(HttpMethod.Patch, User(id), change, cancellationToken);

    public Task SignOutAsync(string id, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Post, $"{User(id)}/sign-out", null, cancellationToken);

    public Task<UsageReport> GetUsageAsync(string id, CancellationToken cancellationToken) =>
        api.ReadAsync<UsageReport>(HttpMethod.Get, $"{User(id)}/usage", null, cancellationToken);

    public Task<UsageReport> GetUsageAsync(int days, CancellationToken cancellationToken) =>
        api.ReadAsync<UsageReport>(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"/api/admin/usage?days={days}"), null, cancellationToken);

    public async Task<IReadOnlyDictionary<string, PlanLimits>> ListPlansAsync(CancellationToken cancellationToken) =>
        (await api.ReadAsync<PlanPage>(HttpMethod.Get, "/api/admin/plans", null, cancellationToken)).Data;

    public Task<Catalogue> GetCatalogueAsync(CancellationToken cancellationToken) =>
        api.ReadAsync<Catalogue>(HttpMethod.Get, "/api/admin/models", null, cancellationToken);

    public async Task<IReadOnlyList<Ban>> ListBansAsync(CancellationToken cancellationToken) =>
        (await api.ReadAsync<DataPage<Ban>>(HttpMethod.Get, "/api/admin/bans", null, cancellationToken)).Data;

    public Task AddBanAsync(Ban ban, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Post, "/api/admin/bans", new { ban.Kind, ban.Value, ban.Reason, ban.Until }, cancellationToken);

    public Task RemoveBanAsync(string id, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Delete, $"/api/admin/bans/{Uri.EscapeDataString(id)}", null, cancellationToken);

    /// <param name="before">Number of the last entry of the page before.</param>
    public async Task<IReadOnlyList<AuditEntry>> ListAuditAsync(long? before, string? subject, CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/api/admin/audit?limit={AuditPage}");
        if (before is { } number)
            path += string.Create(CultureInfo.InvariantCulture, $"&before={number}");
        if (!string.IsNullOrWhiteSpace(subject))
            path += $"&subject={Uri.EscapeDataString(subject.Trim())}";
        return (await api.ReadAsync<DataPage<AuditEntry>>(HttpMethod.Get, path, null, cancellationToken)).Data;
    }

    private static string User(string id) => $"/api/admin/users/{Uri.EscapeDataString(id)}";

    private sealed record PlanPage(IReadOnlyDictionary<string, PlanLimits> Data);
}

/// <summary>Something that was done, by whom and to whom.</summary>
public sealed record AuditEntry
{
    public long Id { get; init; }

    public DateTimeOffset At { get; init; }

    public string? ActorId { get; init; }

    public required string Action { get; init; }

    public string? SubjectId { get; init; }

    public string? Address { get; init; }

    public JsonElement? Details { get; init; }
}

/// <summary>An address, network or device that gets nothing.</summary>
public sealed record Ban
{
    public string? Id { get; init; }

    /// <summary><c>address</c> or <c>device</c>.</summary>
    public required string Kind { get; init; }

    public required string Value { get; init; }

    public string? Reason { get; init; }

    /// <summary>Null: for good.</summary>
    public DateTimeOffset? Until { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }
}

/// <summary>The models on offer and the servers behind them.</summary>
public sealed record Catalogue(IReadOnlyList<ModelInfo> Data, IReadOnlyList<UpstreamInfo>? Upstreams);

/// <summary>The condition of a server that models run on, as one replica of the gateway knows it.</summary>
public sealed record UpstreamInfo
{
    public required string Name { get; init; }

    public string Kind { get; init; } = "";

    /// <summary><c>Closed</c>: in use; <c>Open</c>: left alone; <c>Trial</c>: tried once.</summary>
    public string Breaker { get; init; } = "";

    public int InFlight { get; init; }

    public int ReportedLoad { get; init; }

    public string? LastFailure { get; init; }

    public DateTimeOffset? LastFailureAt { get; init; }
}

/// <summary>What an administrator changes of a user; null leaves a value as it is.</summary>
public sealed record UserChange
{
    public string? Role { get; init; }

    public string? Plan { get; init; }

    public DateTimeOffset? BannedUntil { get; init; }

    public bool? Unban { get; init; }
}
