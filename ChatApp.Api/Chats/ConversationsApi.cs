using ChatApp.Api.Errors;
using ChatApp.Contracts.OpenAI;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.Chats;

internal static class ConversationsApi
{
    private const int DefaultPage = 30;
    private const int LargestPage = 100;

    public static async Task<IResult> ListAsync(
        Conversations.ConversationsClient conversations,
        int? limit = null,
        string? cursor = null,
        bool archived = false,
        string? q = null,
        string? folder = null,
        CancellationToken cancellationToken = default)
    {
        var request = new ListConversationsRequest
        {
            Limit = Math.Clamp(limit ?? DefaultPage, 1, LargestPage),
            Cursor = cursor ?? "",
            Archived = archived,
            Query = q ?? "",
        };
        if (folder is not null)
            request.Folder = folder;
        var reply = await conversations.ListAsync(request, cancellationToken: cancellationToken);
        return Results.Json(new
        {
            Data = reply.Conversations.Select(hit => ConversationView.From(hit.Conversation, hit.Snippet)),
            NextCursor = ConversationView.NullIfEmpty(reply.NextCursor),
            reply.Folders,
        });
    }

    public static async Task<IResult> CreateAsync(
        NewConversation body, Conversations.ConversationsClient conversations, CancellationToken cancellationToken)
    {
        var created = await conversations.CreateAsync(new CreateConversationRequest { Title = body.Title ?? "" }, cancellationToken: cancellationToken);
        return Results.Json(ConversationView.From(created), statusCode: StatusCodes.Status201Created);
    }

    public static async Task<IResult> GetAsync(
        string id, Conversations.ConversationsClient conversations, CancellationToken cancellationToken)
    {
        var found = await conversations.GetAsync(new GetConversationRequest { Id = id }, cancellationToken: cancellationToken);
        return Results.Json(new
        {
            Conversation = ConversationView.From(found.Conversation),
            Messages = found.Messages.Select(MessageView.From),
        });
    }

    public static async Task<IResult> UpdateAsync(
        string id, ConversationChange body, Conversations.ConversationsClient conversations, CancellationToken cancellationToken)
    {
        var request = new UpdateConversationRequest { Id = id };
        if (body.Title is not null)
            request.Title = body.Title;
        if (body.Pinned is { } pinned)
            request.Pinned = pinned;
        if (body.Archived is { } archived)
            request.Archived = archived;
        if (body.CurrentMessageId is not null)
            request.CurrentMessageId = body.CurrentMessageId;
        if (body.Folder is not null)
            request.Folder = body.Folder;
        var updated = await conversations.UpdateAsync(request, cancellationToken: cancellationToken);
        return Results.Json(ConversationView.From(updated));
    }

    public static async Task<IResult> DeleteAsync(
        string id, Conversations.ConversationsClient conversations, CancellationToken cancellationToken)
    {
        await conversations.DeleteAsync(new DeleteConversationRequest { Id = id }, cancellationToken: cancellationToken);
        return Results.NoContent();
    }

    public static async Task<IResult> RenameFolderAsync(
        string name, FolderChange body, Conversations.ConversationsClient conversations, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(body.Name))
            throw OpenAIException.Invalid("'name' must be the folder's new name.", "name");
        var reply = await conversations.RenameFolderAsync(new RenameFolderRequest { From = name, To = body.Name }, cancellationToken: cancellationToken);
        return Results.Json(new { body.Name, reply.Conversations });
    }

    /// <summary>The folder goes; its conversations stay.</summary>
    public static async Task<IResult> RemoveFolderAsync(string name, Conversations.ConversationsClient conversations, CancellationToken cancellationToken)
    {
        await conversations.RenameFolderAsync(new RenameFolderRequest { From = name }, cancellationToken: cancellationToken);
        return Results.NoContent();
    }

    internal sealed record FolderChange(string? Name);

    internal sealed record NewConversation(string? Title);

    internal sealed record ConversationChange(string? Title, bool? Pinned, bool? Archived, string? CurrentMessageId, string? Folder);
}
