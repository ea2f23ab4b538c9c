using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Conversations.Sharing;
using ChatApp.Orchestrator.V1;
using Grpc.Core;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Links that show a conversation to whoever has them.</summary>
internal sealed class SharesService(ShareStore shares, ConversationStore conversations) : Shares.SharesBase
{
    public override async Task<ShareLink> Share(ShareRequest request, ServerCallContext context) =>
        Wire.ToWire(await shares.CreateAsync(context.Caller().Subject, WireIds.Conversation(request.ConversationId), context.CancellationToken));

    public override async Task<ListSharesReply> ListShares(ListSharesRequest request, ServerCallContext context)
    {
        var owner = context.Caller().Subject;
        var conversation = await conversations.GetAsync(owner, WireIds.Conversation(request.ConversationId), context.CancellationToken);
        return new ListSharesReply { Shares = { (await shares.ListAsync(owner, conversation.Id, context.CancellationToken)).Select(Wire.ToWire) } };
    }

    public override async Task<UnshareReply> Unshare(UnshareRequest request, ServerCallContext context)
    {
        var id = WireIds.Share(request.Id);
        await shares.RevokeAsync(context.Caller().Subject, id, context.CancellationToken);
        return new UnshareReply();
    }

    public override async Task<SharedConversation> GetShared(GetSharedRequest request, ServerCallContext context) =>
        Wire.ToWire(await shares.OpenAsync(request.Token, context.CancellationToken));
}
