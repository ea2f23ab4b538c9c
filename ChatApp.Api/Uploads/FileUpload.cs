using System.Buffers;
using System.Globalization;
using System.Text;
using ChatApp.Api.Errors;
using ChatApp.Api.Settings;
using ChatApp.Contracts.OpenAI;
using ChatApp.Orchestrator.V1;
using ChatApp.ServiceDefaults;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace ChatApp.Api.Uploads;

/// <summary>Takes one file out of a multipart form and hands it on as it arrives: bounded in size and time, never whole in memory.</summary>
internal sealed class FileUpload(Files.FilesClient files, IOptions<EdgeOptions> options, TimeProvider time)
{
    /// <summary>What a form adds to its file, at most.</summary>
    public const int FormBytes = 64 * 1024;

    private const string FieldName = "file";
    private const int LongestBoundary = 100;
    private const int PieceBytes = 64 * 1024;

    private readonly TimeSpan _patience = TimeSpan.FromSeconds(options.Value.UploadSeconds);

    /// <param name="request">Whose body is the form.</param>
    /// <param name="most">The largest file that is accepted, in bytes.</param>
    /// <param name="mostStored">What the user may have stored in all; null: no limit.</param>
    /// <param name="plan">The plan that says so, for its user.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <exception cref="OpenAIException">It is too large, too slow, not a form, or of a kind that is not accepted.</exception>
    public async Task<StoredFile> ReceiveAsync(HttpRequest request, long most, long? mostStored, string plan, CancellationToken cancellationToken)
    {
        if (request.ContentLength > most + FormBytes)
            throw TooLarge(most, plan);
        using var patience = new CancellationTokenSource(_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await ReceiveAsync(Reader(request), most, mostStored, plan, either.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled } && patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new OpenAIException(new OpenAIError(StatusCodes.Status408RequestTimeout,
                $"The file did not arrive within {_patience.TotalSeconds} s.", OpenAIError.InvalidRequest, "file", "request_timeout"));
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw OpenAIException.Invalid("The body is not a multipart form that can be read.", "file", "invalid_form");
        }
    }

    private async Task<StoredFile> ReceiveAsync(MultipartReader form, long most, long? mostStored, string plan, CancellationToken cancellationToken)
    {
        var part = await form.ReadNextSectionAsync(cancellationToken);
        if (part is null || !ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition)
            || HeaderUtilities.RemoveQuotes(disposition.Name) != FieldName || !disposition.IsFileDisposition())
            throw OpenAIException.Invalid($"Send one file as the part '{FieldName}' of the form.", FieldName, "missing_required_parameter");
        var name = FileName.Clean(HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value);

        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            // The kind is told by the first bytes, which may come one by one.
            var filled = await part.Body.ReadAtLeastAsync(buffer.AsMemory(0, PieceBytes), FileContent.HeadBytes, throwOnEndOfStream: false, cancellationToken);
            if (filled == 0)
                throw OpenAIException.Invalid("The file is empty.", FieldName);
            var content = FileContent.Of(buffer.AsSpan(0, Math.Min(filled, FileContent.HeadBytes)), name);

            using var call = files.Upload(cancellationToken: cancellationToken);
            var header = new FileHeader { Name = name, MediaType = content.MediaType };
            if (mostStored is { } room)
                header.MostStoredBytes = room;
            await SendAsync(call, new UploadPiece { Header = header });
            long total = 0;
            while (filled > 0)
            {
                if ((total += filled) > most)
                    throw TooLarge(most, plan);
                await SendAsync(call, new UploadPiece { Content = ByteString.CopyFrom(buffer, 0, filled) });
                filled = await part.Body.ReadAsync(buffer.AsMemory(0, PieceBytes), cancellationToken);
            }

            if (await form.ReadNextSectionAsync(cancellationToken) is not null)
                throw OpenAIException.Invalid($"Send one file at a time, as the part '{FieldName}'.", FieldName);
            await call.RequestStream.CompleteAsync();
            return await call;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A call that the other side has ended says why in its answer, not where it was written to.</summary>
    private static async Task SendAsync(AsyncClientStreamingCall<UploadPiece, StoredFile> call, UploadPiece piece)
    {
        try
        {
            await call.RequestStream.WriteAsync(piece);
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            await call;
            throw;
        }
    }

    private static MultipartReader Reader(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= LongestBoundary } boundary)
        {
            throw new OpenAIException(new OpenAIError(StatusCodes.Status415UnsupportedMediaType,
                "Send the file as multipart/form-data.", OpenAIError.InvalidRequest, Code: "unsupported_media_type"));
        }

        return new MultipartReader(boundary.Value!, request.Body) { HeadersCountLimit = 8, HeadersLengthLimit = 4096 };
    }

    private static OpenAIException TooLarge(long most, string plan) => new(new OpenAIError(StatusCodes.Status413PayloadTooLarge,
        $"A file has at most {most} bytes in the plan '{plan}'.", OpenAIError.InvalidRequest, "file", "file_too_large"));
}

/// <summary>The name of an upload, made fit to be shown: it is never a path, neither here nor in any store.</summary>
internal static class FileName
{
    private const int Longest = 200;
    private const int LongestEnding = 16;
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <exception cref="OpenAIException">Nothing of the name is left.</exception>
    public static string Clean(string? given)
    {
        var last = given?[(given.LastIndexOfAny(['/', '\\']) + 1)..] ?? "";
        // Formatting characters turn what is read around: "gpj.exe" for "exe.jpg". Two of them join letters of scripts and emoji, and turn nothing.
        var clean = string.Concat(last.EnumerateRunes().Where(rune => rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner || Rune.GetUnicodeCategory(rune)
            is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate)));
        var name = Shorten(clean.Trim());
        return name is "" or "." or ".."
            ? throw OpenAIException.Invalid("The part 'file' needs a file name.", "file")
            : name;
    }

    // Its ending says what it is.
    private static string Shorten(string name)
    {
        if (name.Length <= Longest)
            return name;
        var ending = Path.GetExtension(name) is { Length: <= LongestEnding } ending_ ? ending_ : "";
        return name.Beginning(Longest - ending.Length) + ending;
    }
}
