using System.Globalization;
using System.IO.Compression;
using System.Text;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Files;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;
using FileOptions = ChatApp.Orchestrator.Files.FileOptions;

namespace ChatApp.Tests.Orchestrator.Files;

/// <summary>PDFs made here, good and hostile, read as the orchestrator reads them: by a process of their own.</summary>
public sealed class PdfTextTests
{
    [Test]
    public async Task The_text_of_each_page_stands_under_its_number()
    {
        var text = await ReadAsync(Pdf("The lighthouse keeper is Mabel.", "", "The harbour master is Odile."));

        text.ShouldBe("[Page 1]\nThe lighthouse keeper is Mabel.\n\n[Page 3]\nThe harbour master is Odile.\n\n");
    }

    [Test]
    public async Task What_is_past_the_pages_or_characters_that_are_read_is_left_out_and_said_so()
    {
        var pages = Enumerable.Range(1, 12).Select(number => $"This is what page {number} says.").ToArray();

        var few = await ReadAsync(Pdf(pages), new() { MostPdfPages = 3 });
        few.ShouldContain("page 3 says");
        few.ShouldNotContain("page 4");
        few.ShouldEndWith("[...]\n");

        var shorter = await ReadAsync(Pdf(pages), new() { MostTextBytes = 100 });
        shorter.Length.ShouldBeLessThanOrEqualTo(100 + "\n[...]\n".Length);
        shorter.ShouldEndWith("[...]\n");
    }

    [Test]
    public async Task A_PDF_without_text_is_refused_by_name() => (await RefusedAsync(Pdf("", ""))).Code.ShouldBe("pdf_without_text");

    [Test]
    public async Task A_damaged_PDF_is_refused_by_name()
    {
        (await RefusedAsync("%PDF-1.7\n"u8.ToArray())).Code.ShouldBe("pdf_unreadable");
        (await RefusedAsync([.. "%PDF-1.7\n"u8, .. new byte[5000]])).Code.ShouldBe("pdf_unreadable");
    }

    [Test]
    public async Task A_PDF_with_a_password_is_refused_by_name()
    {
        const string Key = "<2055C756C72E1AD702608E8196ACAD447AD32D17CFF583235F6DD15FED7DAB67>";
        var locked = Raw("/Encrypt 3 0 R /ID [<00112233445566778899AABBCCDDEEFF> <00112233445566778899AABBCCDDEEFF>]",
            "<< /Type /Catalog /Pages 2 0 R >>"u8.ToArray(), "<< /Type /Pages /Kids [] /Count 0 >>"u8.ToArray(),
            Encoding.ASCII.GetBytes($"<< /Filter /Standard /V 1 /R 2 /P -44 /O {Key} /U {Key} >>"));

        (await RefusedAsync(locked)).Code.ShouldBe("pdf_encrypted");
    }

    [Test]
    public async Task A_PDF_that_nests_without_end_ends_at_most_its_own_process()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 400_000));

        await RefusedAsync(Raw("", Encoding.ASCII.GetBytes($"<< /Type /Catalog /Pages 2 0 R /Deep {deep} >>"), "<< /Type /Pages /Kids [] /Count 0 >>"u8.ToArray()));

        await StillReadsAsync();
    }

    [Test]
    public async Task Pages_that_lie_in_a_circle_end_at_most_their_own_process()
    {
        await RefusedAsync(Raw("", "<< /Type /Catalog /Pages 2 0 R >>"u8.ToArray(), "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 100000 /Parent 2 0 R >>"u8.ToArray()));

        await StillReadsAsync();
    }

    [Test]
    public async Task A_page_that_unpacks_to_more_than_the_memory_allows_ends_at_most_its_own_process()
    {
        var bomb = Raw("", "<< /Type /Catalog /Pages 2 0 R >>"u8.ToArray(), "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"u8.ToArray(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>"u8.ToArray(), Deflated(256 << 20));
        bomb.Length.ShouldBeLessThan(1 << 20);

        await RefusedAsync(bomb, new() { PdfMemoryBytes = 128 << 20 });

        await StillReadsAsync();
    }

    [Test]
    public async Task A_PDF_that_never_comes_to_its_end_is_given_up()
    {
        var refused = await Should.ThrowAsync<RefusedException>(() => Reader(new() { PdfTimeout = TimeSpan.FromSeconds(1) }).ReadAsync("ada", Endless(), CancellationToken.None));

        refused.Code.ShouldBe("pdf_too_complex");

        static async IAsyncEnumerable<byte[]> Endless([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return "%PDF-1.7\n"u8.ToArray();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }

    private static async Task StillReadsAsync() => (await ReadAsync(Pdf("Alive."))).ShouldContain("Alive.");

    private static Task<string> ReadAsync(byte[] pdf, FileOptions? options = null) => Reader(options).ReadAsync("ada", new[] { pdf }.ToAsyncEnumerable(), CancellationToken.None);

    private static Task<RefusedException> RefusedAsync(byte[] pdf, FileOptions? options = null) => Should.ThrowAsync<RefusedException>(() => ReadAsync(pdf, options));

    private static PdfText Reader(FileOptions? options) => new(Options.Create(options ?? new FileOptions()), TimeProvider.System, NullLogger<PdfText>.Instance);

    private static byte[] Pdf(params string[] pages)
    {
        using var builder = new PdfDocumentBuilder();
        var font = builder.AddStandard14Font(Standard14Font.Helvetica);
        foreach (var text in pages)
        {
            var page = builder.AddPage(PageSize.A4);
            if (text.Length > 0)
                page.AddText(text, 12, new PdfPoint(50, 700), font);
        }

        return builder.Build();
    }

    /// <summary>A document of these objects, the first of them its catalogue.</summary>
    private static byte[] Raw(string trailer, params byte[][] objects)
    {
        using var pdf = new MemoryStream();
        pdf.Write("%PDF-1.7\n"u8);
        var places = new List<long>();
        foreach (var (content, index) in objects.Select((content, index) => (content, index)))
        {
            places.Add(pdf.Position);
            pdf.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{index + 1} 0 obj\n")));
            pdf.Write(content);
            pdf.Write("\nendobj\n"u8);
        }

        var table = pdf.Position;
        var end = new StringBuilder().Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Length + 1}\n0000000000 65535 f \n");
        foreach (var place in places)
            end.Append(CultureInfo.InvariantCulture, $"{place:D10} 00000 n \n");
        end.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {objects.Length + 1} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n");
        pdf.Write(Encoding.ASCII.GetBytes(end.ToString()));
        return pdf.ToArray();
    }

    /// <summary>A stream of that many spaces.</summary>
    private static byte[] Deflated(int length)
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var spaces = new byte[1 << 20];
            Array.Fill(spaces, (byte)' ');
            for (var written = 0; written < length; written += spaces.Length)
                deflate.Write(spaces);
        }

        return [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"<< /Filter /FlateDecode /Length {packed.Length} >>\nstream\n")), .. packed.ToArray(), .. "\nendstream"u8];
    }
}
