using ChatApp.Contracts.Identity;
using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Conversations.Changes;
using ChatApp.Orchestrator.Conversations.Sharing;
using ChatApp.Orchestrator.Conversations.Transfer;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Turns.Viewing;
using ChatApp.Orchestrator.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Conversations and their messages.</summary>
internal sealed class ConversationsService(
    ConversationStore conversations, MessageStore messages, ConversationSearch search, ConversationExport export, ImportReader importReader,
    ConversationImport import, GuestAdoption adoption, CallerIdentitySigner signer, ShareStore shares, HotContext hotContext, IdFactory ids, TurnSignals signals,
    ConversationChanges changes, IHostApplicationLifetime lifetime, IOptions<ConversationOptions> options)
    : V1.Conversations.ConversationsBase
{
    private const int DefaultPage = 30;
    private const int LargestPage = 100;
    private const int LongestTitle = 200;
    private const int LargestPiece = 1024 * 1024;
    private const string GuestRole = "guest";

    /// <summary>A document is held whole, several times its size, so only a few are read at a time; the others wait unread.</summary>
    private static readonly SemaphoreSlim Importing = new(2, 2);

    public override async Task<Conversation> Create(CreateConversationRequest request, ServerCallContext context)
    {
        var owner = context.Caller().Subject;
        var made = await conversations.CreateAsync(owner, ids.New(), request.Title.Length == 0 ? null : Title(request.Title), context.CancellationToken);
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
        var conversation = await conversations.GetAsync(owner, ConversationId(request.Id), context.CancellationToken);
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
                ? WireId.Parse(WireId.Message, request.CurrentMessageId) ?? throw RefusedException.NotFound("message in this conversation")
                : null,
            request.HasFolder ? FolderName.Check(request.Folder) : null);
        var owner = context.Caller().Subject;
        var updated = await conversations.UpdateAsync(owner, ConversationId(request.Id), change, context.CancellationToken);
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
        var id = ConversationId(request.Id);
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

    public override async Task Export(ExportRequest request, IServerStreamWriter<ExportChunk> responseStream, ServerCallContext context)
    {
        Guid? id = request.ConversationId.Length == 0 ? null : ConversationId(request.ConversationId);
        await foreach (var piece in export.WriteAsync(context.Caller().Subject, id, context.CancellationToken))
        {
            for (var offset = 0; offset < piece.Length; offset += LargestPiece)
            {
                var part = UnsafeByteOperations.UnsafeWrap(piece.AsMemory(offset, Math.Min(LargestPiece, piece.Length - offset)));
                await responseStream.WriteAsync(new ExportChunk { Json = part }, context.CancellationToken);
            }
        }
    }

    public override async Task<ImportReply> Import(IAsyncStreamReader<ImportChunk> requestStream, ServerCallContext context)
    {
        await Importing.WaitAsync(context.CancellationToken);
        try
        {
            return await ImportOneAsync(requestStream, context);
        }
        finally
        {
            Importing.Release();
        }
    }

    private async Task<ImportReply> ImportOneAsync(IAsyncStreamReader<ImportChunk> requestStream, ServerCallContext context)
    {
        using var document = new MemoryStream();
        await foreach (var piece in requestStream.ReadAllAsync(context.CancellationToken))
        {
            if (document.Length + piece.Json.Length > options.Value.MaximumImportBytes)
                throw RefusedException.Invalid("json", $"The document is larger than the {options.Value.MaximumImportBytes} bytes that can be imported at once.");
            piece.Json.WriteTo(document);
        }

        var (read, skipped) = importReader.Read(document.GetBuffer().AsMemory(0, (int)document.Length));
        var made = await import.StoreAsync(context.Caller().Subject, read, context.CancellationToken);
        changes.AnnounceAll(context.Caller().Subject);
        return new ImportReply { ConversationIds = { made.Select(id => WireId.Format(WireId.Conversation, id)) }, SkippedMessages = skipped };
    }

    public override async Task<AdoptReply> Adopt(AdoptRequest request, ServerCallContext context)
    {
        var caller = context.Caller();
        if (!signer.TryVerify(request.GuestIdentity, out var guest, out var reason))
            throw RefusedException.Invalid("guest_identity", reason);
        if (guest.Role != GuestRole || caller.Role == GuestRole)
            throw RefusedException.Invalid("guest_identity", "Only what a guest made changes hands, and only to an account.");
        var adopted = await adoption.AdoptAsync(caller.Subject, guest.Subject, context.CancellationToken);
        changes.AnnounceAll(caller.Subject);
        return new AdoptReply { Conversations = adopted };
    }

    public override async Task<ShareLink> Share(ShareRequest request, ServerCallContext context) =>
        Wire.ToWire(await shares.CreateAsync(context.Caller().Subject, ConversationId(request.ConversationId), context.CancellationToken));

    public override async Task<ListSharesReply> ListShares(ListSharesRequest request, ServerCallContext context)
    {
        var owner = context.Caller().Subject;
        var conversation = await conversations.GetAsync(owner, ConversationId(request.ConversationId), context.CancellationToken);
        return new ListSharesReply { Shares = { (await shares.ListAsync(owner, conversation.Id, context.CancellationToken)).Select(Wire.ToWire) } };
    }

    public override async Task<UnshareReply> Unshare(UnshareRequest request, ServerCallContext context)
    {
        var id = WireId.Parse(WireId.Share, request.Id) ?? throw RefusedException.NotFound("link");
        await shares.RevokeAsync(context.Caller().Subject, id, context.CancellationToken);
        return new UnshareReply();
    }

    public override async Task<SharedConversation> GetShared(GetSharedRequest request, ServerCallContext context) =>
        Wire.ToWire(await shares.OpenAsync(request.Token, context.CancellationToken));

    private static Guid ConversationId(string id) =>
        WireId.Parse(WireId.Conversation, id) ?? throw RefusedException.NotFound("conversation");

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
