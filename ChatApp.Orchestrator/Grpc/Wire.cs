using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Conversations.Sharing;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.V1;
using Google.Protobuf.WellKnownTypes;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Records as protobuf messages.</summary>
internal static class Wire
{
    public static Conversation ToWire(ConversationRecord conversation) => new()
    {
        Id = WireId.Format(WireId.Conversation, conversation.Id),
        Title = conversation.Title ?? "",
        CreatedAt = Timestamp.FromDateTime(conversation.CreatedAt),
        UpdatedAt = Timestamp.FromDateTime(conversation.UpdatedAt),
        Pinned = conversation.Pinned,
        Archived = conversation.Archived,
        CurrentMessageId = WireId.Format(WireId.Message, conversation.CurrentMessageId),
        RunningTurnId = WireId.Format(WireId.Turn, conversation.RunningTurnId),
        Folder = conversation.Folder ?? "",
    };

    /// <param name="id">The conversation that changed.</param>
    /// <param name="conversation">What there is of it now.</param>
    public static ConversationEvent ToEvent(Guid id, ConversationRecord? conversation) => conversation is { DeletedAt: null }
        ? new ConversationEvent { Conversation = ToWire(conversation) }
        : new ConversationEvent { DeletedId = WireId.Format(WireId.Conversation, id) };

    public static Message ToWire(MessageRecord message) => new()
    {
        Id = WireId.Format(WireId.Message, message.Id),
        ParentId = WireId.Format(WireId.Message, message.ParentId),
        Seq = message.Seq,
        Role = message.Role,
        Text = message.Text,
        Status = message.Status,
        Model = message.Model ?? "",
        CreatedAt = Timestamp.FromDateTime(message.CreatedAt),
        ContentJson = message.ContentJson ?? "",
        TokenCount = message.TokenCount ?? 0,
        TurnId = WireId.Format(WireId.Turn, message.TurnId),
    };

    public static Model ToWire(CatalogueModel model, IEnumerable<string> tools) => new()
    {
        Id = model.Id,
        Tier = model.Options.Tier,
        ContextWindow = model.Options.ContextWindow,
        Capabilities = { model.Options.Capabilities },
        InputPricePerMillion = model.Options.InputPrice,
        OutputPricePerMillion = model.Options.OutputPrice,
        Description = model.Options.Description,
        Created = model.Created.ToUnixTimeSeconds(),
        Tools = { tools },
    };

    public static ShareLink ToWire(ShareRecord share) => new()
    {
        Id = WireId.Format(WireId.Share, share.Id),
        ConversationId = WireId.Format(WireId.Conversation, share.ConversationId),
        Token = share.Token ?? "",
        CreatedAt = Timestamp.FromDateTime(share.CreatedAt),
    };

    public static SharedConversation ToWire(ShareSnapshot snapshot) => new()
    {
        Title = snapshot.Title,
        CreatedAt = Timestamp.FromDateTime(snapshot.CreatedAt.ToUniversalTime()),
        Messages =
        {
            snapshot.Messages.Select(message => new SharedMessage
            {
                Role = message.Role, Text = message.Text, CreatedAt = Timestamp.FromDateTime(message.CreatedAt.ToUniversalTime()),
            }),
        },
    };
}
