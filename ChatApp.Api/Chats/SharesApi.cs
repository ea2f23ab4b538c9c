using ChatApp.Api.Callers;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.Chats;

/// <summary>Links to a conversation as it was when it was shared.</summary>
internal static class SharesApi
{
    public static async Task<IResult> ShareAsync(string id, Conversations.ConversationsClient conversations, CancellationToken cancellationToken)
    {
        var link = await conversations.ShareAsync(new ShareRequest { ConversationId = id }, cancellationToken: cancellationToken);
        return Results.Json(View(link), statusCode: StatusCodes.Status201Created);
    }

    public static async Task<IResult> ListAsync(string id, Conversations.ConversationsClient conversations, CancellationToken cancellationToken)
    {
        var reply = await conversations.ListSharesAsync(new ListSharesRequest { ConversationId = id }, cancellationToken: cancellationToken);
        return Results.Json(new { Data = reply.Shares.Select(View) });
    }

    public static async Task<IResult> UnshareAsync(string id, Conversations.ConversationsClient conversations, CancellationToken cancellationToken)
    {
        await conversations.UnshareAsync(new UnshareRequest { Id = id }, cancellationToken: cancellationToken);
        return Results.NoContent();
    }

    /// <summary>What a link shows to anyone who has it. The reader acts as nobody, signed in or not.</summary>
    public static async Task<IResult> ReadAsync(string token, Conversations.ConversationsClient conversations, CurrentCaller current, CancellationToken cancellationToken)
    {
        current.ActFor(Caller.Visitor);
        var shared = await conversations.GetSharedAsync(new GetSharedRequest { Token = token }, cancellationToken: cancellationToken);
        return Results.Json(new
        {
            shared.Title,
            CreatedAt = shared.CreatedAt.ToDateTimeOffset(),
            Messages = shared.Messages.Select(message => new { message.Role, message.Text, CreatedAt = message.CreatedAt.ToDateTimeOffset() }),
        });
    }

    private static object View(ShareLink link) => new
    {
        link.Id,
        Token = ConversationView.NullIfEmpty(link.Token),
        link.ConversationId,
        CreatedAt = link.CreatedAt.ToDateTimeOffset(),
    };
}
