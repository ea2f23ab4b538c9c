using ChatApp.Api.Callers;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.Chats;

/// <summary>Links to a conversation as it was when it was shared.</summary>
internal static class SharesApi
{
    public static async Task<IResult> ShareAsync(string id, Shares.SharesClient shares, CancellationToken cancellationToken)
    {
        var link = await shares.ShareAsync(new ShareRequest { ConversationId = id }, cancellationToken: cancellationToken);
        return Results.Json(View(link), statusCode: StatusCodes.Status201Created);
    }

    public static async Task<IResult> ListAsync(string id, Shares.SharesClient shares, CancellationToken cancellationToken)
    {
        var reply = await shares.ListSharesAsync(new ListSharesRequest { ConversationId = id }, cancellationToken: cancellationToken);
        return Results.Json(new { Data = reply.Shares.Select(View) });
    }

    public static async Task<IResult> UnshareAsync(string id, Shares.SharesClient shares, CancellationToken cancellationToken)
    {
        await shares.UnshareAsync(new UnshareRequest { Id = id }, cancellationToken: cancellationToken);
        return Results.NoContent();
    }

    /// <summary>What a link shows to anyone who has it. The reader acts as nobody, signed in or not.</summary>
    public static async Task<IResult> ReadAsync(string token, Shares.SharesClient shares, CurrentCaller current, CancellationToken cancellationToken)
    {
        current.ActFor(Caller.Visitor);
        var shared = await shares.GetSharedAsync(new GetSharedRequest { Token = token }, cancellationToken: cancellationToken);
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
