using System.Text.Json.Serialization;
using ChatApp.Api.ApiKeys;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Contracts.Ids;
using ChatApp.Contracts.OpenAI;

namespace ChatApp.Api.Profile;

/// <summary><c>/api/keys</c>: the caller's own API keys.</summary>
internal static class KeysApi
{
    public static async Task<IResult> ListAsync(Caller caller, ApiKeyStore keys, CancellationToken cancellationToken) =>
        Results.Json(new { Data = (await keys.ListAsync(caller.Id, cancellationToken)).Select(key => KeyView.From(key)) });

    public static async Task<IResult> CreateAsync(NewKey body, Caller caller, ApiKeyIssuer desk, CancellationToken cancellationToken)
    {
        var (secret, key) = await desk.CreateAsync(caller.Id, body.Name, body.Scopes, body.ExpiresAt, cancellationToken);
        return Results.Json(KeyView.From(key, secret), statusCode: StatusCodes.Status201Created);
    }

    public static async Task<IResult> RevokeAsync(string id, Caller caller, ApiKeyIssuer desk, CancellationToken cancellationToken)
    {
        await desk.RevokeAsync(caller.Id, WireId.Parse(WireId.Key, id) ?? throw OpenAIException.NotFound("key"), cancellationToken);
        return Results.NoContent();
    }

    internal sealed record NewKey(string? Name, string[]? Scopes, DateTimeOffset? ExpiresAt);

    /// <summary><c>Secret</c> is there in the answer to the creation and never again.</summary>
    internal sealed record KeyView(
        string Id, string Name, string Prefix, string[] Scopes, DateTime CreatedAt, DateTime? ExpiresAt, DateTime? LastUsedAt,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret)
    {
        public static KeyView From(ApiKeyRow key, string? secret = null) => new(
            WireId.Format(WireId.Key, key.Id), key.Name, key.Prefix, key.Scopes, key.CreatedAt, key.ExpiresAt, key.LastUsedAt, secret);
    }
}
