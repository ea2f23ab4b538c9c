using System.Buffers;

namespace ChatApp.Api.Uploads;

/// <summary>
/// Finds out what an upload is from its first bytes; what the uploader calls it decides nothing. What is neither an image nor a PDF is taken for text,
/// and refused by the orchestrator, which reads it, where it is none. So only kinds that no browser runs by itself and that models read are let through.
/// </summary>
internal sealed class FileContent
{
    /// <summary>As many bytes from the start tell every kind apart.</summary>
    public const int HeadBytes = 1024;

    private static readonly (byte[] Start, string MediaType)[] Images =
    [
        ([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A], "image/png"),
        ([0xFF, 0xD8, 0xFF], "image/jpeg"),
        ("GIF87a"u8.ToArray(), "image/gif"),
        ("GIF89a"u8.ToArray(), "image/gif"),
    ];

    public const string Pdf = "application/pdf";

    private static readonly string[] MarkdownEndings = [".md", ".markdown"];

    // Blanks and UTF-8's mark.
    private static readonly SearchValues<byte> s_blank = SearchValues.Create([(byte)' ', (byte)'\t', (byte)'\r', (byte)'\n', 0, 0xEF, 0xBB, 0xBF]);

    private FileContent(string mediaType) => MediaType = mediaType;

    public string MediaType { get; }

    /// <param name="head">The first <see cref="HeadBytes"/> bytes, or all when there are fewer.</param>
    /// <param name="name">Tells Markdown from other text, and no more.</param>
    public static FileContent Of(ReadOnlySpan<byte> head, string name)
    {
        foreach (var (start, mediaType) in Images)
        {
            if (head.StartsWith(start))
                return new FileContent(mediaType);
        }

        if (head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8))
            return new FileContent("image/webp");
        if (IsPdf(head, name))
            return new FileContent(Pdf);
        return new FileContent(MarkdownEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) ? "text/markdown" : "text/plain");
    }

    // Readers take what stands in front of the header for nothing, as mail and web servers leave it there.
    private static bool IsPdf(ReadOnlySpan<byte> head, string name) => head.IndexOf("%PDF-"u8) is var at and >= 0
        && (!head[..at].ContainsAnyExcept(s_blank) || name.EndsWith(".pdf", StringComparison.OrdinalIgnoreCase));
}
