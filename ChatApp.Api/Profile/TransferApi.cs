using System.Text.Json;
using ChatApp.Api.Accounts;
using ChatApp.Api.ApiKeys;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Limits;
using ChatApp.Api.Sessions;
using ChatApp.Api.Uploads;
using ChatApp.Orchestrator.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace ChatApp.Api.Profile;

/// <summary>Taking one's data along: conversations out and in, and everything that is known about a user.</summary>
internal static class TransferApi
{
    /// <summary>The largest import, in bytes.</summary>
    public const long MostImportBytes = 64L << 20;

    private const int Piece = 64 * 1024;

    public static async Task ExportAsync(
        HttpContext context, Conversations.ConversationsClient conversations, string? conversation_id = null, CancellationToken cancellationToken = default)
    {
        Attach(context.Response, "conversations.json");
        await WriteConversationsAsync(context.Response, conversations, conversation_id ?? "", cancellationToken);
    }

    public static async Task<IResult> ImportAsync(HttpContext context, Caller caller, Conversations.ConversationsClient conversations, CancellationToken cancellationToken)
    {
        // Anyone can be a guest, and as many guests as they like.
        if (caller.Kind == CallerKind.Guest)
            throw RefusedException.Forbidden("Guests have no account; sign up first.", "account_required");
        if (!context.Request.HasJsonContentType())
            throw RefusedException.Invalid("Send the export as application/json.", code: "unsupported_media_type");
        using var call = conversations.Import(cancellationToken: cancellationToken);
        var buffer = new byte[Piece];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, cancellationToken)) > 0)
            await call.RequestStream.WriteAsync(new ImportChunk { Json = ByteString.CopyFrom(buffer, 0, read) }, cancellationToken);
        await call.RequestStream.CompleteAsync();
        var reply = await call.ResponseAsync;
        return Results.Json(new { reply.ConversationIds, reply.SkippedMessages }, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Account, sessions, keys, usage and conversations as one document, written as it is read.</summary>
    public static async Task ExportAccountAsync(
        HttpContext context,
        Caller caller,
        AccountStore accounts,
        SessionStore sessions,
        ApiKeyStore keys,
        MeteredUsage metered,
        IOptionsMonitor<PlansOptions> plans,
        Conversations.ConversationsClient conversations,
        Files.FilesClient files,
        IOptions<JsonOptions> json,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(caller.Id, cancellationToken) ?? throw RefusedException.NotFound("user");
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        (string Name, object Value)[] parts =
        [
            ("user", UserView.From(account)),
            ("sessions", await sessions.ListAsync(caller.Id, cancellationToken)),
            ("keys", (await keys.ListAsync(caller.Id, cancellationToken)).Select(key => KeysApi.KeyView.From(key))),
            ("usage", await UsageApi.ReadAsync(null, caller.Plan, today.AddDays(-365), today, metered, plans.CurrentValue, time, cancellationToken)),
            ("files", (await files.ListAsync(new ListFilesRequest(), cancellationToken: cancellationToken)).Files.Select(FileView.From)),
        ];

        Attach(context.Response, "account.json");
        foreach (var (name, value) in parts)
        {
            await context.Response.WriteAsync(name == "user" ? "{" : ",", cancellationToken);
            await context.Response.WriteAsync($"\"{name}\":", cancellationToken);
            await JsonSerializer.SerializeAsync(context.Response.Body, value, value.GetType(), json.Value.SerializerOptions, cancellationToken);
        }

        await context.Response.WriteAsync(",\"conversations\":", cancellationToken);
        await WriteConversationsAsync(context.Response, conversations, "", cancellationToken);
        await context.Response.WriteAsync("}", cancellationToken);
    }

    private static void Attach(HttpResponse response, string name)
    {
        response.ContentType = "application/json";
        response.Headers.ContentDisposition = $"attachment; filename={name}";
    }

    private static async Task WriteConversationsAsync(
        HttpResponse response, Conversations.ConversationsClient conversations, string conversationId, CancellationToken cancellationToken)
    {
        using var call = conversations.Export(new ExportRequest { ConversationId = conversationId }, cancellationToken: cancellationToken);
        await foreach (var chunk in call.ResponseStream.ReadAllAsync(cancellationToken))
            await response.BodyWriter.WriteAsync(chunk.Json.Memory, cancellationToken);
    }
}
