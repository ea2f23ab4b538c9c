using System.Text;
using ChatApp.Api.Errors;
using ChatApp.Contracts.OpenAI;

namespace ChatApp.Api.Uploads;

/// <summary>
/// Finds out what an upload is from its bytes, as they pass; what the uploader calls it decides nothing. Only kinds that no
/// browser runs by itself and that models read are let through.
/// </summary>
internal sealed class FileContent
{
    /// <summary>As many bytes from the start tell every kind apart.</summary>
    public const int HeadBytes = 16;

    private static readonly (byte[] Start, string MediaType)[] Images =
    [
        ([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A], "image/png"),
        ([0xFF, 0xD8, 0xFF], "image/jpeg"),
        ("GIF87a"u8.ToArray(), "image/gif"),
        ("GIF89a"u8.ToArray(), "image/gif"),
    ];

    public const string Pdf = "application/pdf";

    private static readonly string[] MarkdownEndings = [".md", ".markdown"];

    private readonly Decoder? _text;
    private readonly char[] _characters = new char[4096];

    private FileContent(string mediaType, bool isText)
    {
        MediaType = mediaType;
        _text = isText ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetDecoder() : null;
    }

    public string MediaType { get; }

    /// <param name="head">The first <see cref="HeadBytes"/> bytes, or all when there are fewer.</param>
    /// <param name="name">Tells Markdown from other text, and no more.</param>
    public static FileContent Of(ReadOnlySpan<byte> head, string name)
    {
        foreach (var (start, mediaType) in Images)
        {
            if (head.StartsWith(start))
                return new FileContent(mediaType, isText: false);
        }

        if (head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8))
            return new FileContent("image/webp", isText: false);
        if (head.StartsWith("%PDF-"u8))
            return new FileContent(Pdf, isText: false);
        return new FileContent(MarkdownEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) ? "text/markdown" : "text/plain", isText: true);
    }

    /// <summary>Checks the next bytes.</summary>
    /// <exception cref="OpenAIException">They are not what the file began as, or of no kind that is accepted.</exception>
    public void Check(ReadOnlySpan<byte> bytes, bool isLast)
    {
        if (_text is null)
            return;
        try
        {
            bool completed;
            do
            {
                _text.Convert(bytes, _characters, isLast, out var used, out var written, out completed);
                bytes = bytes[used..];
                foreach (var character in _characters.AsSpan(0, written))
                {
                    if (char.IsControl(character) && character is not ('\t' or '\n' or '\r' or '\f'))
                        throw NotAccepted();
                }
            }
            while (!completed);
        }
        catch (DecoderFallbackException)
        {
            throw NotAccepted();
        }
    }

    private static OpenAIException NotAccepted() => new(new OpenAIError(StatusCodes.Status415UnsupportedMediaType,
        "This kind of file is not accepted. Send text or Markdown in UTF-8, a PDF with text, or an image as PNG, JPEG, GIF or WebP.",
        OpenAIError.InvalidRequest, "file", "unsupported_file_type"));
}
