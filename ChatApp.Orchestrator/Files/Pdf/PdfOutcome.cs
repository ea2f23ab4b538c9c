namespace ChatApp.Orchestrator.Files.Pdf;

/// <summary>How reading a PDF ended: the exit code of the process that did it. Any other code: it died.</summary>
internal enum PdfOutcome
{
    Whole = 0,

    /// <summary>There is more, past the limits of pages or characters.</summary>
    Cut = 10,
    Encrypted = 11,
    Unreadable = 12,
    TooLong = 13,
}
