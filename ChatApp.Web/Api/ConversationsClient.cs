using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace ChatApp.Web.Api;

public sealed class ConversationsClient(ApiConnection api)
{
    /// <param name="folder">Conversations of this folder; empty: of none; null: all.</param>
    public Task<ConversationPage> ListAsync(int limit, string? cursor, bool archived, string? folder, string? query, CancellationToken cancellationToken)
    {
        var path = new StringBuilder("/api/conversations?limit=").Append(limit);
        if (archived)
            path.Append("&archived=true");
        if (folder is not null)
            path.Append("&folder=").Append(Uri.EscapeDataString(folder));
        if (!string.IsNullOrEmpty(cursor))
            path.Append("&cursor=").Append(Uri.EscapeDataString(cursor));
        if (!string.IsNullOrWhiteSpace(query))
            path.Append("&q=").Append(Uri.EscapeDataString(query));
        return api.ReadAsync<ConversationPage>(HttpMethod.Get, path.ToString(), null, cancellationToken);
    }

    /// <summary>What becomes of the person's conversations, as long as the stream lasts; it begins with "any of them may have changed".</summary>
    public async IAsyncEnumerable<ConversationEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var frame in api.StreamAsync(HttpMethod.Get, "/api/conversations/changes", null, null, cancellationToken))
        {
            yield return frame.EventType switch
            {
                "conversation" => new ConversationEvent(Conversation: Read<ConversationSummary>(frame.Data)),
                "deleted" => new ConversationEvent(DeletedId: Read<Deleted>(frame.Data).Id),
                "error" => throw new ApiException(null, "The stream of changes ended with an error.", "stream_error"),
                _ => new ConversationEvent(),
            };
        }
    }

    public Task<ConversationDetail> GetAsync(string id, CancellationToken cancellationToken) =>
        api.ReadAsync<ConversationDetail>(HttpMethod.Get, Path(id), null, cancellationToken);

    public Task ChangeAsync(string id, ConversationChange change, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Patch, Path(id), change, cancellationToken);

    public Task DeleteAsync(string id, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Delete, Path(id), null, cancellationToken);

    public Task RenameFolderAsync(string name, string newName, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Patch, $"/api/folders/{Uri.EscapeDataString(name)}", new { Name = newName }, cancellationToken);

    /// <summary>The folder goes; its conversations stay.</summary>
    public Task RemoveFolderAsync(string name, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Delete, $"/api/folders/{Uri.EscapeDataString(name)}", null, cancellationToken);

    public Task<ShareLink> ShareAsync(string id, CancellationToken cancellationToken) =>
        api.ReadAsync<ShareLink>(HttpMethod.Post, $"{Path(id)}/shares", null, cancellationToken);

    public async Task<IReadOnlyList<ShareLink>> ListSharesAsync(string id, CancellationToken cancellationToken) =>
        (await api.ReadAsync<DataPage<ShareLink>>(HttpMethod.Get, $"{Path(id)}/shares", null, cancellationToken)).Data;

    public Task UnshareAsync(string shareId, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Delete, $"/api/shares/{Uri.EscapeDataString(shareId)}", null, cancellationToken);

    public Task<SharedConversation> ReadSharedAsync(string token, CancellationToken cancellationToken) =>
        api.ReadAsync<SharedConversation>(HttpMethod.Get, $"/api/shared/{Uri.EscapeDataString(token)}", null, cancellationToken);

    private static T Read<T>(string data)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(data, ApiJson.Options) ?? throw new JsonException("The event is null.");
        }
        catch (JsonException exception)
        {
            throw new ApiException(null, "A change of a conversation could not be read.", "bad_event", exception);
        }
    }

    private sealed record Deleted(string Id);

    private static string Path(string id) => $"/api/conversations/{Uri.EscapeDataString(id)}";
}
