namespace ChatApp.Orchestrator.Files;

/// <summary>What is known of an uploaded file.</summary>
public sealed record FileRecord
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }

    /// <summary>By the file's content, as the edge found it; never what the uploader called it.</summary>
    public required string MediaType { get; init; }
    public long Bytes { get; init; }
    public DateTime CreatedAt { get; init; }

    public bool IsPdf => MediaType == Pdf.PdfText.MediaType;

    public bool IsImage => MediaType.StartsWith("image/", StringComparison.Ordinal);
}
