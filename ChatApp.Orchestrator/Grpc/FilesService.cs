using System.Runtime.CompilerServices;
using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Files;
using ChatApp.Orchestrator.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Files that users upload.</summary>
internal sealed class FilesService(FileStore files) : V1.Files.FilesBase
{
    private const int LongestName = 255;
    private const int DefaultPage = 100;

    public override async Task<StoredFile> Upload(IAsyncStreamReader<UploadPiece> requestStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current.Header is not { } header)
            throw RefusedException.Invalid("header", "An upload begins with its header.");
        if (header.Name.Length is 0 or > LongestName || header.Name.Contains('\0') || header.MediaType.Length is 0 or > LongestName)
            throw RefusedException.Invalid("header", $"A file has a name and a media type of at most {LongestName} characters.");
        return ToWire(await files.AddAsync(
            context.Caller().Subject, header.Name, header.MediaType, ReadAsync(requestStream, context.CancellationToken),
            header.HasMostStoredBytes ? header.MostStoredBytes : null, context.CancellationToken));
    }

    public override async Task<ListFilesReply> List(ListFilesRequest request, ServerCallContext context)
    {
        var limit = request.Limit is 0 ? DefaultPage : Math.Clamp(request.Limit, 1, DefaultPage);
        return new ListFilesReply { Files = { (await files.ListAsync(context.Caller().Subject, limit, context.CancellationToken)).Select(ToWire) } };
    }

    public override async Task<StoredFile> Get(GetFileRequest request, ServerCallContext context) =>
        ToWire(await files.GetAsync(context.Caller().Subject, FileId(request.Id), context.CancellationToken));

    public override async Task Read(ReadFileRequest request, IServerStreamWriter<FilePiece> responseStream, ServerCallContext context)
    {
        var file = await files.GetAsync(context.Caller().Subject, FileId(request.Id), context.CancellationToken);
        await responseStream.WriteAsync(new FilePiece { Info = ToWire(file) }, context.CancellationToken);
        await foreach (var piece in files.ReadAsync(context.Caller().Subject, file.Id, file.Bytes, context.CancellationToken))
            await responseStream.WriteAsync(new FilePiece { Content = UnsafeByteOperations.UnsafeWrap(piece) }, context.CancellationToken);
    }

    public override async Task<DeleteFileReply> Delete(DeleteFileRequest request, ServerCallContext context)
    {
        await files.DeleteAsync(context.Caller().Subject, FileId(request.Id), context.CancellationToken);
        return new DeleteFileReply();
    }

    public override async Task<DeleteFileReply> DeleteAll(DeleteAllFilesRequest request, ServerCallContext context)
    {
        await files.DeleteAllAsync(context.Caller().Subject, context.CancellationToken);
        return new DeleteFileReply();
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        IAsyncStreamReader<UploadPiece> pieces, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await pieces.MoveNext(cancellationToken))
            yield return pieces.Current.Content.Memory;
    }

    private static Guid FileId(string id) => WireId.Parse(WireId.File, id) ?? throw RefusedException.NotFound("file");

    private static StoredFile ToWire(FileRecord file) => new()
    {
        Id = WireId.Format(WireId.File, file.Id),
        Name = file.Name,
        MediaType = file.MediaType,
        Bytes = file.Bytes,
        CreatedAt = Timestamp.FromDateTime(file.CreatedAt),
    };
}
