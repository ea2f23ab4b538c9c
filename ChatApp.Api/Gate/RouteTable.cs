using System.Collections.Frozen;
using ChatApp.Api.Abuse;
using ChatApp.Api.ApiKeys;

namespace ChatApp.Api.Gate;

/// <summary>
/// Every route of the edge and what holds for it. The gate lets nothing through that has no entry here, and the service
/// does not start while a route lacks one.
/// </summary>
internal static class RouteTable
{
    private static readonly RouteRule Admin = new(RouteAccess.Admin, null, RouteLimit.Calls, RouteOwner.Everyone);
    private static readonly RouteRule Document = new(RouteAccess.Public, null, RouteLimit.Address, RouteOwner.None);

    private static readonly FrozenDictionary<string, RouteRule> Rules = new Dictionary<string, RouteRule>
    {
        ["* /health"] = new(RouteAccess.Public, null, RouteLimit.None, RouteOwner.None),
        ["* /alive"] = new(RouteAccess.Public, null, RouteLimit.None, RouteOwner.None),
        // Answers this machine and the management port alone (MetricsEndpoint).
        ["* /metrics"] = Document,
        ["GET /.well-known/jwks.json"] = new(RouteAccess.Public, null, RouteLimit.Address, RouteOwner.None),

        ["POST /v1/chat/completions"] = new(RouteAccess.Caller, ApiKeyScopes.Chat, RouteLimit.Turn, RouteOwner.Orchestrator),
        ["POST /v1/completions"] = new(RouteAccess.Caller, ApiKeyScopes.Chat, RouteLimit.Turn, RouteOwner.None),
        ["POST /v1/embeddings"] = new(RouteAccess.Caller, ApiKeyScopes.Embeddings, RouteLimit.Turn, RouteOwner.None),
        ["GET /v1/models"] = new(RouteAccess.Caller, ApiKeyScopes.Models, RouteLimit.Calls, RouteOwner.None),
        ["GET /v1/models/{id}"] = new(RouteAccess.Caller, ApiKeyScopes.Models, RouteLimit.Calls, RouteOwner.None),
        ["GET /v1/turns/{id}"] = new(RouteAccess.Caller, ApiKeyScopes.ReadConversations, RouteLimit.Calls, RouteOwner.Orchestrator),

        ["GET /api/models"] = new(RouteAccess.Caller, ApiKeyScopes.Models, RouteLimit.Calls, RouteOwner.None),
        ["GET /api/conversations"] = new(RouteAccess.Caller, ApiKeyScopes.ReadConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["POST /api/conversations"] = new(RouteAccess.Caller, ApiKeyScopes.WriteConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["GET /api/conversations/changes"] = new(RouteAccess.Caller, ApiKeyScopes.ReadConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["GET /api/conversations/{id}"] = new(RouteAccess.Caller, ApiKeyScopes.ReadConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["PATCH /api/conversations/{id}"] = new(RouteAccess.Caller, ApiKeyScopes.WriteConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["DELETE /api/conversations/{id}"] = new(RouteAccess.Caller, ApiKeyScopes.WriteConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["PATCH /api/folders/{name}"] = new(RouteAccess.Caller, ApiKeyScopes.WriteConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["DELETE /api/folders/{name}"] = new(RouteAccess.Caller, ApiKeyScopes.WriteConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["GET /api/conversations/export"] = new(RouteAccess.Caller, ApiKeyScopes.ReadConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["POST /api/conversations/import"] = new(RouteAccess.Caller, ApiKeyScopes.WriteConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["GET /api/conversations/{id}/shares"] = new(RouteAccess.Caller, ApiKeyScopes.ReadConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["POST /api/conversations/{id}/shares"] = new(RouteAccess.Caller, ApiKeyScopes.WriteConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["DELETE /api/shares/{id}"] = new(RouteAccess.Caller, ApiKeyScopes.WriteConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["GET /api/shared/{token}"] = new(RouteAccess.Public, null, RouteLimit.Address, RouteOwner.Orchestrator),
        ["GET /api/files"] = new(RouteAccess.Caller, ApiKeyScopes.ReadConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["POST /api/files"] = new(RouteAccess.Caller, ApiKeyScopes.WriteConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["GET /api/files/{id}"] = new(RouteAccess.Caller, ApiKeyScopes.ReadConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["GET /api/files/{id}/content"] = new(RouteAccess.Caller, ApiKeyScopes.ReadConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["DELETE /api/files/{id}"] = new(RouteAccess.Caller, ApiKeyScopes.WriteConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["POST /api/turns"] = new(RouteAccess.Caller, ApiKeyScopes.Chat, RouteLimit.Turn, RouteOwner.Orchestrator),
        ["GET /api/turns/{id}"] = new(RouteAccess.Caller, ApiKeyScopes.ReadConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["GET /api/turns/{id}/events"] = new(RouteAccess.Caller, ApiKeyScopes.ReadConversations, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["POST /api/turns/{id}/stop"] = new(RouteAccess.Caller, ApiKeyScopes.Chat, RouteLimit.Calls, RouteOwner.Orchestrator),

        ["POST /api/auth/guest"] = new(RouteAccess.Public, null, RouteLimit.Credentials, RouteOwner.None),
        ["GET /api/auth/sign-up"] = new(RouteAccess.Public, null, RouteLimit.Address, RouteOwner.None),
        ["POST /api/auth/sign-up"] = new(RouteAccess.Public, null, RouteLimit.Credentials, RouteOwner.None),
        ["POST /api/auth/sign-in"] = new(RouteAccess.Public, null, RouteLimit.Credentials, RouteOwner.None),
        ["POST /api/auth/refresh"] = new(RouteAccess.Public, null, RouteLimit.Credentials, RouteOwner.Edge),
        ["POST /api/auth/sign-out"] = new(RouteAccess.Person, null, RouteLimit.Calls, RouteOwner.Edge),
        ["POST /api/auth/sign-out-everywhere"] = new(RouteAccess.Person, null, RouteLimit.Calls, RouteOwner.Edge),
        ["POST /api/auth/password"] = new(RouteAccess.Account, null, RouteLimit.Credentials, RouteOwner.Edge),
        ["GET /api/auth/antiforgery"] = new(RouteAccess.Person, null, RouteLimit.Calls, RouteOwner.None),

        ["GET /api/auth/providers"] = new(RouteAccess.Public, null, RouteLimit.Address, RouteOwner.None),
        ["GET /api/auth/external/{provider}"] = new(RouteAccess.Public, null, RouteLimit.Credentials, RouteOwner.None),
        ["GET /api/auth/external/{provider}/complete"] = new(RouteAccess.Public, null, RouteLimit.Credentials, RouteOwner.None),
        ["POST /api/auth/external/exchange"] = new(RouteAccess.Public, null, RouteLimit.Credentials, RouteOwner.Edge),
        ["GET /api/auth/challenge"] = new(RouteAccess.Public, null, RouteLimit.Address, RouteOwner.None),

        ["GET /api/usage"] = new(RouteAccess.Caller, ApiKeyScopes.Usage, RouteLimit.Calls, RouteOwner.Orchestrator),
        ["GET /api/me"] = new(RouteAccess.Person, null, RouteLimit.Calls, RouteOwner.Edge),
        ["PATCH /api/me"] = new(RouteAccess.Person, null, RouteLimit.Calls, RouteOwner.Edge),
        ["DELETE /api/me"] = new(RouteAccess.Person, null, RouteLimit.Credentials, RouteOwner.Edge),
        ["GET /api/me/export"] = new(RouteAccess.Person, null, RouteLimit.Calls, RouteOwner.Edge),
        ["GET /api/me/sessions"] = new(RouteAccess.Person, null, RouteLimit.Calls, RouteOwner.Edge),
        ["DELETE /api/me/sessions/{id}"] = new(RouteAccess.Person, null, RouteLimit.Calls, RouteOwner.Edge),

        ["GET /api/keys"] = new(RouteAccess.Account, null, RouteLimit.Calls, RouteOwner.Edge),
        ["POST /api/keys"] = new(RouteAccess.Account, null, RouteLimit.Calls, RouteOwner.Edge),
        ["DELETE /api/keys/{id}"] = new(RouteAccess.Account, null, RouteLimit.Calls, RouteOwner.Edge),

        ["GET /api/admin/users"] = Admin,
        ["GET /api/admin/users/{id}"] = Admin,
        ["PATCH /api/admin/users/{id}"] = Admin,
        ["POST /api/admin/users/{id}/sign-out"] = Admin,
        ["GET /api/admin/users/{id}/usage"] = Admin,
        ["GET /api/admin/usage"] = Admin,
        ["GET /api/admin/plans"] = Admin,
        ["GET /api/admin/models"] = Admin,
        ["GET /api/admin/bans"] = Admin,
        ["POST /api/admin/bans"] = Admin,
        ["DELETE /api/admin/bans/{id}"] = Admin,
        ["GET /api/admin/audit"] = Admin,

        ["GET /openapi/{documentName}.json"] = Document,
        ["GET /docs/{documentName?}"] = Document,
        ["GET /docs/scalar.js"] = Document,
        ["GET /docs/scalar.aspnetcore.js"] = Document,
        ["GET /docs/favicon.svg"] = Document,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The routes that have an entry, as <c>METHOD /pattern</c>.</summary>
    public static IEnumerable<string> Routes => Rules.Keys;

    /// <returns>The rule; null when the route has none.</returns>
    public static RouteRule? Find(string route) => Rules.GetValueOrDefault(route);

    /// <summary>The names of an endpoint's routes: one for each method, or one with <c>*</c>.</summary>
    public static IEnumerable<string> NamesOf(Endpoint endpoint)
    {
        var pattern = (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? endpoint.DisplayName ?? "";
        var path = "/" + pattern.Trim('/');
        var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods;
        return methods is { Count: > 0 } ? methods.Select(method => $"{method} {path}") : [$"* {path}"];
    }

    /// <summary>Stops a service whose routes and table differ.</summary>
    /// <exception cref="InvalidOperationException">A route has no entry, or an entry no route.</exception>
    public static void Verify(IEnumerable<Endpoint> endpoints)
    {
        var mapped = endpoints.OfType<RouteEndpoint>().SelectMany(NamesOf).ToHashSet(StringComparer.Ordinal);
        var missing = mapped.Where(name => !Rules.ContainsKey(name)).Order().ToList();
        if (missing.Count > 0)
            throw new InvalidOperationException($"Routes without an entry in RouteTable: {string.Join(", ", missing)}.");
        var stale = Rules.Keys.Where(name => !mapped.Contains(name)).Order().ToList();
        if (stale.Count > 0)
            throw new InvalidOperationException($"Entries of RouteTable without a route: {string.Join(", ", stale)}.");
    }
}
