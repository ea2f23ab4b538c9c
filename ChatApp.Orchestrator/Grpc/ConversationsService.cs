using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Turns;
using ChatApp.Orchestrator.V1;
using Grpc.Core;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Conversations and their messages.</summary>
public sealed class ConversationsService(ConversationStore conversations, MessageStore messages, IdFactory ids, StopSignals stops)
    : V1.Conversations.ConversationsBase
{
    private const int DefaultPage = 30;
    private const int LargestPage = 100;
    private const int LongestTitle = 200;

    public override async Task<Conversation> Create(CreateConversationRequest request, ServerCallContext context) =>
        Wire.ToWire(await conversations.CreateAsync(
            context.Caller().Subject, ids.New(), request.Title.Length == 0 ? null : Title(request.Title), context.CancellationToken));

    public override async Task<ListConversationsReply> List(ListConversationsRequest request, ServerCallContext context)
    {
        var limit = request.Limit is 0 ? DefaultPage : Math.Clamp(request.Limit, 1, LargestPage);
        var page = await conversations.ListAsync(
            context.Caller().Subject, request.Archived, ConversationCursor.Parse(request.Cursor), limit, context.CancellationToken);
        return new ListConversationsReply
        {
            Conversations = { page.Select(conversation => new ConversationHit { Conversation = Wire.ToWire(conversation) }) },
            NextCursor = page.Count < limit ? "" : ConversationCursor.After(page[^1]).Format(),
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
                : null);
        return Wire.ToWire(await conversations.UpdateAsync(context.Caller().Subject, ConversationId(request.Id), change, context.CancellationToken));
    }

    public override async Task<DeleteConversationReply> Delete(DeleteConversationRequest request, ServerCallContext context)
    {
        if (await conversations.DeleteAsync(context.Caller().Subject, ConversationId(request.Id), context.CancellationToken) is { } running)
            stops.Send(running);
        return new DeleteConversationReply();
    }

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
