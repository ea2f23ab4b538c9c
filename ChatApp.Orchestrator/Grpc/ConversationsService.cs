using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Conversations.Changes;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Turns.Viewing;
using ChatApp.Orchestrator.V1;
using Grpc.Core;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Conversations and their messages.</summary>
internal sealed class ConversationsService(
    ConversationStore conversations, MessageStore messages, ConversationSearch search, HotContext hotContext, TurnSignals signals,
    ConversationChanges changes, IHostApplicationLifetime lifetime)
    : V1.Conversations.ConversationsBase
{
    private const int DefaultPage = 30;
    private const int LargestPage = 100;
    private const int LongestTitle = 200;

    public override async Task<Conversation> Create(CreateConversationRequest request, ServerCallContext context)
    {
        var owner = context.Caller().Subject;
        var made = await conversations.CreateAsync(owner, request.Title.Length == 0 ? null : Title(request.Title), context.CancellationToken);
        changes.Announce(owner, made.Id);
        return Wire.ToWire(made);
    }

    public override async Task<ListConversationsReply> List(ListConversationsRequest request, ServerCallContext context)
    {
        var owner = context.Caller().Subject;
        var limit = request.Limit is 0 ? DefaultPage : Math.Clamp(request.Limit, 1, LargestPage);
        var after = ConversationCursor.Parse(request.Cursor);
        var page = request.Query.Length == 0
            ? await conversations.ListAsync(owner, request.Archived, request.HasFolder ? request.Folder : null, after, limit, context.CancellationToken)
            : await search.SearchAsync(owner, request.Query, after, limit, context.CancellationToken);
        return new ListConversationsReply
        {
            Conversations = { page.Select(conversation => new ConversationHit { Conversation = Wire.ToWire(conversation), Snippet = conversation.Snippet }) },
            NextCursor = page.Count < limit ? "" : ConversationCursor.After(page[^1]).Format(),
            Folders = { request.Query.Length == 0 && after is null ? await conversations.ListFoldersAsync(owner, context.CancellationToken) : [] },
        };
    }

    public override async Task<ConversationWithMessages> Get(GetConversationRequest request, ServerCallContext context)
    {
        var owner = context.Caller().Subject;
        var conversation = await conversations.GetAsync(owner, WireIds.Conversation(request.Id), context.CancellationToken);
        var tree = await messages.GetTreeAsync(owner, conversation.Id, context.CancellationToken);
        return new ConversationWithMessages { Conversation = Wire.ToWire(conversation), Messages = { tree.Select(Wire.ToWire) } };
    }

    public override async Task<Conversation> Update(UpdateConversationRequest request, ServerCallContext context)
    {
        var change = new ConversationChange(
            request.HasTitle ? Title(request.Title) : null,
            request.HasPinned ? request.Pinned : null,
            request.HasArchived ? request.Archived : null,
            request.HasCurrentMessageId
                ? WireIds.Message(request.CurrentMessageId)
                : null,
            request.HasFolder ? FolderName.Check(request.Folder) : null);
        var owner = context.Caller().Subject;
        var updated = await conversations.UpdateAsync(owner, WireIds.Conversation(request.Id), change, context.CancellationToken);
        // Which folders there are may have changed too.
        if (change.Folder is not null)
            changes.AnnounceAll(owner);
        else
            changes.Announce(owner, updated.Id);
        return Wire.ToWire(updated);
    }

    public override async Task<RenameFolderReply> RenameFolder(RenameFolderRequest request, ServerCallContext context)
    {
        var owner = context.Caller().Subject;
        var to = FolderName.Check(request.To);
        var moved = await conversations.RenameFolderAsync(owner, FolderName.Check(request.From), to.Length == 0 ? null : to, context.CancellationToken);
        changes.AnnounceAll(owner);
        return new RenameFolderReply { Conversations = moved };
    }

    public override async Task<DeleteConversationReply> Delete(DeleteConversationRequest request, ServerCallContext context)
    {
        var id = WireIds.Conversation(request.Id);
        if (await conversations.DeleteAsync(context.Caller().Subject, id, context.CancellationToken) is { } running)
            signals.Stop(running);
        await hotContext.ForgetAsync(id);
        changes.Announce(context.Caller().Subject, id);
        return new DeleteConversationReply();
    }

    public override async Task Watch(WatchRequest request, IServerStreamWriter<ConversationEvent> responseStream, ServerCallContext context)
    {
        var owner = context.Caller().Subject;
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            using var watch = await changes.OpenAsync(owner);
            while (true)
            {
                if (await watch.NextAsync(gone.Token) is not { } changed)
                {
                    await responseStream.WriteAsync(new ConversationEvent { Everything = true }, gone.Token);
                    continue;
                }

                foreach (var id in changed)
                    await responseStream.WriteAsync(Wire.ToEvent(id, await conversations.FindAsync(owner, id, gone.Token)), gone.Token);
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "This replica shuts down; watch on another one."));
        }
    }

    private static string Title(string title)
    {
        var trimmed = title.Replace('\0', ' ').Trim();
        return trimmed.Length switch
        {
            0 => throw RefusedException.Invalid("title", "The title is empty."),
            > LongestTitle => throw RefusedException.Invalid("title", $"A title has at most {LongestTitle} characters."),
            _ => trimmed,
        };
    }
}
