using System.Text.Json;
using ChatApp.Api.Callers;
using ChatApp.Contracts.OpenAI;
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
        HttpContext context, Transfers.TransfersClient transfers, string? conversation_id = null, CancellationToken cancellationToken = default)
    {
        Attach(context.Response, "conversations.json");
        await WriteConversationsAsync(context.Response, transfers, conversation_id ?? "", cancellationToken);
    }

    public static async Task<IResult> ImportAsync(HttpContext context, Caller caller, Transfers.TransfersClient transfers, CancellationToken cancellationToken)
    {
        // Anyone can be a guest, and as many guests as they like.
        if (caller.Kind == CallerKind.Guest)
            throw OpenAIException.Forbidden("Guests have no account; sign up first.", "account_required");
        if (!context.Request.HasJsonContentType())
            throw OpenAIException.Invalid("Send the export as application/json.", code: "unsupported_media_type");
        using var call = transfers.Import(cancellationToken: cancellationToken);
        var buffer = new byte[Piece];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, cancellationToken)) > 0)
            await call.RequestStream.WriteAsync(new ImportChunk { Json = ByteString.CopyFrom(buffer, 0, read) }, cancellationToken);
        await call.RequestStream.CompleteAsync();
        var reply = await call.ResponseAsync;
        return Results.Json(new { reply.ConversationIds, reply.SkippedMessages }, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Everything that is known about the caller as one document, written as it is read.</summary>
    public static async Task ExportAccountAsync(
        HttpContext context, Caller caller, OwnData data, Transfers.TransfersClient transfers, IOptions<JsonOptions> json)
    {
        var parts = await data.ReadAsync(caller, context.RequestAborted);
        Attach(context.Response, "account.json");
        foreach (var (name, value) in parts)
        {
            await context.Response.WriteAsync(name == "user" ? "{" : ",", context.RequestAborted);
            await context.Response.WriteAsync($"\"{name}\":", context.RequestAborted);
            await JsonSerializer.SerializeAsync(context.Response.Body, value, value.GetType(), json.Value.SerializerOptions, context.RequestAborted);
        }

        await context.Response.WriteAsync(",\"conversations\":", context.RequestAborted);
        await WriteConversationsAsync(context.Response, transfers, "", context.RequestAborted);
        await context.Response.WriteAsync("}", context.RequestAborted);
    }

    private static void Attach(HttpResponse response, string name)
    {
        response.ContentType = "application/json";
        response.Headers.ContentDisposition = $"attachment; filename={name}";
    }

    private static async Task WriteConversationsAsync(
        HttpResponse response, Transfers.TransfersClient transfers, string conversationId, CancellationToken cancellationToken)
    {
        using var call = transfers.Export(new ExportRequest { ConversationId = conversationId }, cancellationToken: cancellationToken);
        await foreach (var chunk in call.ResponseStream.ReadAllAsync(cancellationToken))
            await response.BodyWriter.WriteAsync(chunk.Json.Memory, cancellationToken);
    }
}
