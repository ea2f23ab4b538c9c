using System.Globalization;
using System.Text;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Exceptions;

namespace ChatApp.Orchestrator.Files;

/// <summary>
/// Reads a PDF's text in a process of its own, which <see cref="PdfText"/> starts: a document that overflows the stack, fills
/// the memory or never ends takes nothing with it but that process.
/// </summary>
internal static class PdfReader
{
    /// <summary>The first argument of the process.</summary>
    public const string Command = "read-pdf";

    /// <param name="arguments">The command, most pages, most characters, seconds.</param>
    /// <param name="input">The document.</param>
    /// <param name="output">Gets the text as UTF-8, each page that has any under a line with its number.</param>
    /// <returns>One of <see cref="PdfOutcome"/>, the exit code.</returns>
    public static int Run(string[] arguments, Stream input, Stream output)
    {
        var limits = Array.ConvertAll(arguments[1..], text => int.Parse(text, CultureInfo.InvariantCulture));
        // Also where the service that waits for the text is gone.
        using var end = new Timer(_ => Environment.Exit((int)PdfOutcome.TooLong), null, TimeSpan.FromSeconds(limits[2]), Timeout.InfiniteTimeSpan);
        try
        {
            using var bytes = new MemoryStream();
            input.CopyTo(bytes);
            using var document = PdfDocument.Open(bytes.ToArray(), new ParsingOptions { UseLenientParsing = true, SkipMissingFonts = true });
            using var text = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            return (int)Write(document, text, limits[0], limits[1]);
        }
        catch (PdfDocumentEncryptedException)
        {
            return (int)PdfOutcome.Encrypted;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Whatever a parser throws at a broken document.
            return (int)PdfOutcome.Unreadable;
        }
    }

    private static PdfOutcome Write(PdfDocument document, StreamWriter output, int mostPages, int mostCharacters)
    {
        var left = mostCharacters;
        for (var number = 1; number <= document.NumberOfPages; number++)
        {
            if (number > mostPages)
                return PdfOutcome.Cut;
            var text = Clean(PdfPageText.Read(document.GetPage(number)));
            if (text.Length == 0)
                continue;
            var page = string.Create(CultureInfo.InvariantCulture, $"[Page {number}]\n{text}\n\n");
            output.Write(page.AsSpan(0, Math.Min(left, page.Length)));
            if ((left -= page.Length) < 0)
                return PdfOutcome.Cut;
        }

        return PdfOutcome.Whole;
    }

    private static string Clean(string text) =>
        string.Concat(text.ReplaceLineEndings("\n").Where(character => character == '\n' || !char.IsControl(character))).Trim();
}
