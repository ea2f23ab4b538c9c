using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace ChatApp.Web.Api;

internal sealed class ConversationsClient(ApiConnection api)
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

/// <summary>What to change of a conversation; null leaves a value as it is.</summary>
internal sealed record ConversationChange
{
    public string? Title { get; init; }

    public bool? Pinned { get; init; }

    public bool? Archived { get; init; }

    /// <summary>Empty: out of its folder.</summary>
    public string? Folder { get; init; }

    public string? CurrentMessageId { get; init; }
}

/// <summary>A conversation with its whole tree of messages in the order they were made.</summary>
public sealed record ConversationDetail(ConversationSummary Conversation, IReadOnlyList<StoredMessage> Messages);

/// <summary>One of the person's conversations changed somewhere: what it is now, or which one was deleted; neither: any of them may have changed.</summary>
internal sealed record ConversationEvent(ConversationSummary? Conversation = null, string? DeletedId = null);

/// <param name="Data">Conversations, newest activity first.</param>
/// <param name="NextCursor">Where the next page begins; null: that was the last.</param>
/// <param name="Folders">On a first page: the names of all folders.</param>
internal sealed record ConversationPage(IReadOnlyList<ConversationSummary> Data, string? NextCursor, IReadOnlyList<string>? Folders = null);

/// <summary>A conversation as the list and the head of the page show it.</summary>
public sealed record ConversationSummary
{
    public required string Id { get; init; }

    public string? Title { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public bool Pinned { get; init; }

    public bool Archived { get; init; }

    public string? Folder { get; init; }

    public string? RunningTurnId { get; init; }

    public string? CurrentMessageId { get; init; }

    /// <summary>With a search: the passage that matched, hits between U+0002 and U+0003.</summary>
    public string? Snippet { get; init; }
}

/// <summary>One message of the tree as the Api stores it.</summary>
public sealed record StoredMessage
{
    public required string Id { get; init; }

    public string? ParentId { get; init; }

    public long Seq { get; init; }

    public required string Role { get; init; }

    public string? Text { get; init; }

    public string? Status { get; init; }

    public string? Model { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Structured content: parts, tool calls, citations.</summary>
    public JsonElement? Content { get; init; }

    public int TokenCount { get; init; }

    public string? TurnId { get; init; }
}

/// <summary>A link to a conversation as it was. <see cref="Token"/> is there once, when it is made.</summary>
internal sealed record ShareLink(string Id, string? Token, DateTimeOffset CreatedAt);

/// <summary>What a link shows to anyone who has it.</summary>
internal sealed record SharedConversation(string? Title, DateTimeOffset CreatedAt, IReadOnlyList<SharedConversation.Message> Messages)
{
    public sealed record Message(string Role, string Text);
}
