using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Files;

/// <summary>Uploaded files, from the section <c>Files</c>.</summary>
internal sealed record FileOptions
{
    /// <summary>How long a file is kept that goes with no message, or no longer with any.</summary>
    public TimeSpan UnattachedLifetime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long an upload may take; what is left of one that broke off is removed after that.</summary>
    public TimeSpan UploadLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often files without a message are looked for.</summary>
    public TimeSpan PurgeInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Most files of one message.</summary>
    [Range(1, 100)]
    public int MostPerMessage { get; init; } = 10;

    /// <summary>Bytes of a text file, from its start, that a prompt draws its passages from; characters of a PDF's text that are kept.</summary>
    [Range(1024, 64 << 20)]
    public int MostTextBytes { get; init; } = 1 << 20;

    /// <summary>The largest PDF whose text is read, in bytes.</summary>
    [Range(1024, 512 << 20)]
    public int MostPdfBytes { get; init; } = 32 << 20;

    /// <summary>Pages of a PDF that are read.</summary>
    [Range(1, 10_000)]
    public int MostPdfPages { get; init; } = 500;

    /// <summary>How long reading a PDF may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan PdfTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>What reading a PDF may take of memory, in bytes.</summary>
    [Range(64 << 20, 4L << 30)]
    public long PdfMemoryBytes { get; init; } = 512 << 20;

    /// <summary>PDFs that are read at the same time by this replica; others wait.</summary>
    [Range(1, 64)]
    public int PdfReaders { get; init; } = 2;

    /// <summary>The largest image that is handed to a model, in bytes.</summary>
    [Range(1024, 64 << 20)]
    public int MostImageBytes { get; init; } = 10 << 20;
}
