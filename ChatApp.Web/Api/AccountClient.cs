namespace ChatApp.Web.Api;

/// <summary>The person's own account, sessions, keys and usage.</summary>
internal sealed class AccountClient(ApiConnection api)
{
    public Task<UserProfile> GetMeAsync(CancellationToken cancellationToken) =>
        api.ReadAsync<UserProfile>(HttpMethod.Get, "/api/me", null, cancellationToken);

    public Task<UserProfile> RenameAsync(string displayName, CancellationToken cancellationToken) =>
        api.ReadAsync<UserProfile>(HttpMethod.Patch, "/api/me", new { DisplayName = displayName }, cancellationToken);

    public async Task<IReadOnlyList<SignInProvider>> ListProvidersAsync(CancellationToken cancellationToken) =>
        (await api.ReadAsync<DataPage<SignInProvider>>(HttpMethod.Get, "/api/auth/providers", null, cancellationToken)).Data;

    public Task<SignUpState> GetSignUpAsync(CancellationToken cancellationToken) =>
        api.ReadAsync<SignUpState>(HttpMethod.Get, "/api/auth/sign-up", null, cancellationToken);

    public async Task<IReadOnlyList<DeviceSession>> ListSessionsAsync(CancellationToken cancellationToken) =>
        (await api.ReadAsync<DataPage<DeviceSession>>(HttpMethod.Get, "/api/me/sessions", null, cancellationToken)).Data;

    public Task EndSessionAsync(string id, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Delete, $"/api/me/sessions/{Uri.EscapeDataString(id)}", null, cancellationToken);

    public async Task<IReadOnlyList<ApiKey>> ListKeysAsync(CancellationToken cancellationToken) =>
        (await api.ReadAsync<DataPage<ApiKey>>(HttpMethod.Get, "/api/keys", null, cancellationToken)).Data;

    public Task<ApiKey> CreateKeyAsync(string name, CancellationToken cancellationToken) =>
        api.ReadAsync<ApiKey>(HttpMethod.Post, "/api/keys", new { Name = name }, cancellationToken);

    public Task RevokeKeyAsync(string id, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Delete, $"/api/keys/{Uri.EscapeDataString(id)}", null, cancellationToken);

    public Task<UsageReport> GetUsageAsync(CancellationToken cancellationToken) =>
        api.ReadAsync<UsageReport>(HttpMethod.Get, "/api/usage", null, cancellationToken);
}

/// <summary>A key for programs. <see cref="Secret"/> is there once, when it is made.</summary>
internal sealed record ApiKey
{
    public required string Id { get; init; }

    public string? Name { get; init; }

    public string? Prefix { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public string? Secret { get; init; }
}

/// <summary>A place where the person is signed in.</summary>
internal sealed record DeviceSession
{
    public required string Id { get; init; }

    public string? UserAgent { get; init; }

    public string? Address { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset LastUsedAt { get; init; }

    public bool Current { get; init; }
}

/// <summary>Whether people make accounts by themselves, and whether the next would be the first.</summary>
internal sealed record SignUpState(bool Allowed, bool FirstAccount);

/// <summary>An OpenID Connect provider that one can sign in with.</summary>
internal sealed record SignInProvider(string Name, string DisplayName);

/// <summary>The person as the Api knows them.</summary>
public sealed record UserProfile
{
    public required string Id { get; init; }

    /// <summary><c>local</c>, <c>guest</c> or <c>account</c>.</summary>
    public string? Kind { get; init; }

    public string? Email { get; init; }

    public string? DisplayName { get; init; }

    public string? Role { get; init; }

    public string? Plan { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? BannedUntil { get; init; }

    public bool HasAccount => Kind == "account";

    public bool IsAdmin => Role == "admin";
}

/// <summary>What the person used, by day, model and purpose.</summary>
public sealed record UsageReport
{
    public IReadOnlyList<UsageDay> Data { get; init; } = [];

    public decimal SpentThisMonth { get; init; }

    /// <summary>Null where many people's usage is added up.</summary>
    public UsagePlan? Plan { get; init; }
}

/// <summary>What generations with one model for one purpose used on one day (UTC).</summary>
public sealed record UsageDay(DateOnly Day, string Model, long Requests, long InputTokens, long CachedTokens, long OutputTokens, decimal Cost, string Purpose = "turn");

public sealed record UsagePlan(string Name, PlanLimits Limits);

/// <summary>What a plan allows. A limit that is absent is no limit.</summary>
public sealed record PlanLimits
{
    public IReadOnlyList<string>? Models { get; init; }

    public int? CallsPerMinute { get; init; }

    public int? RequestsPerMinute { get; init; }

    public long? TokensPerMinute { get; init; }

    public long? TokensPerDay { get; init; }

    public int? ConcurrentTurns { get; init; }

    public long? UploadBytes { get; init; }

    /// <summary>Money in a calendar month.</summary>
    public decimal? MonthlyBudget { get; init; }
}
