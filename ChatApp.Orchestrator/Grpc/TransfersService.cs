using ChatApp.Contracts.Identity;
using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Conversations.Changes;
using ChatApp.Orchestrator.Conversations.Transfer;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Conversations on their way out of the product, into it, and from a guest to an account.</summary>
internal sealed class TransfersService(
    ConversationExport export, ImportReader importReader, ConversationImport import, GuestAdoption adoption, CallerIdentitySigner signer,
    ConversationChanges changes, IOptions<ConversationOptions> options)
    : Transfers.TransfersBase
{
    private const int LargestPiece = 1024 * 1024;
    private const string GuestRole = "guest";

    /// <summary>A document is held whole, several times its size, so only a few are read at a time; the others wait unread.</summary>
    private static readonly SemaphoreSlim Importing = new(2, 2);

    public override async Task Export(ExportRequest request, IServerStreamWriter<ExportChunk> responseStream, ServerCallContext context)
    {
        Guid? id = request.ConversationId.Length == 0 ? null : WireIds.Conversation(request.ConversationId);
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
}
