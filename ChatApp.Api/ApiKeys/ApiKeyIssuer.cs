using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ChatApp.Api.Audit;
using ChatApp.Api.Errors;
using ChatApp.Api.Revocations;
using ChatApp.Contracts.OpenAI;

namespace ChatApp.Api.ApiKeys;

/// <summary>Makes API keys, shown once, and recognises them.</summary>
internal sealed class ApiKeyIssuer(ApiKeyStore keys, OpenRequests open, AuditLog audit, TimeProvider time)
{
    public const string KeyPrefix = "sk-";

    private const int MostKeys = 100;
    private const int ShownCharacters = 10;
    private const int MaxName = 80;

    /// <returns>The key itself, which is nowhere kept, and what is kept of it.</returns>
    public async Task<(string Secret, ApiKeyRow Key)> CreateAsync(
        Guid userId, string? name, IReadOnlyList<string>? scopes, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var unknown = scopes?.FirstOrDefault(scope => !ApiKeyScopes.All.Contains(scope));
        if (unknown is not null || scopes is { Count: 0 })
            throw OpenAIException.Invalid($"'scopes' must be some of: {string.Join(", ", ApiKeyScopes.All)}.", "scopes");
        if (expiresAt <= time.GetUtcNow())
            throw OpenAIException.Invalid("'expires_at' must lie in the future.", "expires_at");
        var trimmed = name?.Trim() ?? "";
        if (trimmed.Length > MaxName || trimmed.Any(char.IsControl))
            throw OpenAIException.Invalid($"'name' must have at most {MaxName} characters on one line.", "name");

        var secret = KeyPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var key = new ApiKeyRow
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()),
            UserId = userId,
            Name = trimmed.Length == 0 ? "API key" : trimmed,
            Prefix = secret[..ShownCharacters],
            Scopes = [.. (scopes ?? ApiKeyScopes.All).Distinct()],
            CreatedAt = time.GetUtcNow().UtcDateTime,
            ExpiresAt = expiresAt?.UtcDateTime,
        };
        if (!await keys.AddAsync(key, Hash(secret), MostKeys, cancellationToken))
            throw OpenAIException.Conflict($"An account has at most {MostKeys} keys; revoke one first.", "too_many_keys");
        await audit.WriteAsync("api_key.created", userId, key.Id, new { key.Scopes });
        return (secret, key);
    }

    /// <returns>The key, when it is one and may be used.</returns>
    public Task<ApiKeyRow?> RecogniseAsync(string secret, CancellationToken cancellationToken) =>
        secret.Length is > 128 ? Task.FromResult<ApiKeyRow?>(null) : keys.UseAsync(Hash(secret), cancellationToken);

    public async Task RevokeAsync(Guid userId, Guid id, CancellationToken cancellationToken)
    {
        if (!await keys.RevokeAsync(userId, id, cancellationToken))
            throw OpenAIException.NotFound("key");
        open.End(new Revocation(RevocationKind.Key, userId, id));
        await audit.WriteAsync("api_key.revoked", userId, id, null);
    }

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}

/// <summary>What an API key may be used for. A signed-in person has all of them.</summary>
internal static class ApiKeyScopes
{
    public const string Chat = "chat";
    public const string Embeddings = "embeddings";
    public const string Models = "models";
    public const string ReadConversations = "conversations:read";
    public const string WriteConversations = "conversations:write";
    public const string Usage = "usage";

    public static IReadOnlyList<string> All { get; } = [Chat, Embeddings, Models, ReadConversations, WriteConversations, Usage];
}
