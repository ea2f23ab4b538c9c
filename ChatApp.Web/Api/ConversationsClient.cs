using System.Text;

namespace ChatApp.Web.Api;

public sealed class ConversationsClient(ApiConnection api)
{
    public Task<ConversationPage> ListAsync(int limit, string? cursor, bool archived, string? query, CancellationToken cancellationToken)
    {
        var path = new StringBuilder("/api/conversations?limit=").Append(limit);
        if (archived)
            path.Append("&archived=true");
        if (!string.IsNullOrEmpty(cursor))
            path.Append("&cursor=").Append(Uri.EscapeDataString(cursor));
        if (!string.IsNullOrWhiteSpace(query))
            path.Append("&q=").Append(Uri.EscapeDataString(query));
        return api.ReadAsync<ConversationPage>(HttpMethod.Get, path.ToString(), null, cancellationToken);
    }

    public Task<ConversationDetail> GetAsync(string id, CancellationToken cancellationToken) =>
        api.ReadAsync<ConversationDetail>(HttpMethod.Get, Path(id), null, cancellationToken);

    public Task ChangeAsync(string id, ConversationChange change, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Patch, Path(id), change, cancellationToken);

    public Task DeleteAsync(string id, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Delete, Path(id), null, cancellationToken);

    private static string Path(string id) => $"/api/conversations/{Uri.EscapeDataString(id)}";
}
