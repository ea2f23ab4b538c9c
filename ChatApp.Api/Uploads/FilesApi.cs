using ChatApp.Api.Callers;
using ChatApp.Api.Limits;
using ChatApp.Api.Settings;
using ChatApp.Orchestrator.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace ChatApp.Api.Uploads;

/// <summary>Files that go with messages: <c>POST /api/turns</c> takes their ids as <c>file_ids</c>.</summary>
internal static class FilesApi
{
    public static async Task<IResult> UploadAsync(
        HttpContext context, Caller caller, FileUpload upload, IOptionsMonitor<PlansOptions> plans, IOptions<EdgeOptions> edge, CancellationToken cancellationToken)
    {
        var plan = plans.CurrentValue[caller.Plan];
        var most = Math.Min(plan.UploadBytes ?? long.MaxValue, edge.Value.MaxUploadBytes);
        var file = await upload.ReceiveAsync(context.Request, most, plan.StorageBytes, caller.Plan, cancellationToken);
        return Results.Json(FileView.From(file), statusCode: StatusCodes.Status201Created);
    }

    public static async Task<IResult> ListAsync(Files.FilesClient files, CancellationToken cancellationToken)
    {
        var reply = await files.ListAsync(new ListFilesRequest(), cancellationToken: cancellationToken);
        return Results.Json(new { Data = reply.Files.Select(FileView.From) });
    }

    public static async Task<IResult> GetAsync(string id, Files.FilesClient files, CancellationToken cancellationToken) =>
        Results.Json(FileView.From(await files.GetAsync(new GetFileRequest { Id = id }, cancellationToken: cancellationToken)));

    /// <summary>The bytes. Text and PDFs are handed out to be saved, never to be shown as a page.</summary>
    public static async Task ReadAsync(string id, HttpContext context, Files.FilesClient files, CancellationToken cancellationToken)
    {
        using var call = files.Read(new ReadFileRequest { Id = id }, cancellationToken: cancellationToken);
        await foreach (var piece in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            if (piece.Info is { } file)
            {
                var isImage = file.MediaType.StartsWith("image/", StringComparison.Ordinal);
                var disposition = new ContentDispositionHeaderValue(isImage ? "inline" : "attachment");
                disposition.SetHttpFileName(file.Name);
                context.Response.ContentType = isImage || file.MediaType == FileContent.Pdf || file.MediaType.Contains("charset=", StringComparison.Ordinal) ? file.MediaType : file.MediaType + "; charset=utf-8";
                context.Response.ContentLength = file.Bytes;
                context.Response.Headers.ContentDisposition = disposition.ToString();
            }
            else
            {
                await context.Response.BodyWriter.WriteAsync(piece.Content.Memory, cancellationToken);
            }
        }
    }

    public static async Task<IResult> DeleteAsync(string id, Files.FilesClient files, CancellationToken cancellationToken)
    {
        await files.DeleteAsync(new DeleteFileRequest { Id = id }, cancellationToken: cancellationToken);
        return Results.NoContent();
    }
}

/// <summary>An uploaded file as the app surface shows it.</summary>
internal sealed record FileView(string Id, string Name, string MediaType, long Bytes, DateTimeOffset CreatedAt)
{
    public static FileView From(StoredFile file) => new(file.Id, file.Name, file.MediaType, file.Bytes, file.CreatedAt.ToDateTimeOffset());
}
