namespace ChatApp.Web.Api;

/// <summary>The person's own account, sessions, keys and usage.</summary>
public sealed class AccountClient(ApiConnection api)
{
    public Task<UserProfile> GetMeAsync(CancellationToken cancellationToken) =>
        api.ReadAsync<UserProfile>(HttpMethod.Get, "/api/me", null, cancellationToken);

    public Task<UserProfile> RenameAsync(string displayName, CancellationToken cancellationToken) =>
        api.ReadAsync<UserProfile>(HttpMethod.Patch, "/api/me", new { DisplayName = displayName }, cancellationToken);

    public async Task<IReadOnlyList<SignInProvider>> ListProvidersAsync(CancellationToken cancellationToken) =>
        (await api.ReadAsync<DataPage<SignInProvider>>(HttpMethod.Get, "/api/auth/providers", null, cancellationToken)).Data;

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
