using System.Globalization;
using ChatApp.Orchestrator.Files;

namespace ChatApp.Tests.Orchestrator.Files;

/// <summary>Lines as they stand on a page, and as they are read.</summary>
internal sealed class VisualOrderTests
{
    [TestCase("םולש", "שלום")]
    [TestCase("םלוע םולש", "שלום עולם")]
    [TestCase(".2026 תנשב היה הז", "זה היה בשנת 2026.")]
    [TestCase("Aspire לש 13.6 הסרג", "גרסה 13.6 של Aspire")]
    [TestCase("(ןאכ) םולש", "שלום (כאן)", Description = "brackets as they are drawn")]
    [TestCase(")ןאכ( םולש", "שלום (כאן)", Description = "brackets as they were meant")]
    [TestCase("See םולש for a greeting", "See שלום for a greeting")]
    [TestCase("plain text (2026)", "plain text (2026)")]
    [TestCase("2026", "2026")]
    [TestCase("", "")]
    public void A_line_is_read_from_where_it_begins(string stands, string reads) =>
        VisualOrder.Read([.. StringInfo.GetTextElementEnumerator(stands).Elements()]).ShouldBe(reads);

    [Test]
    public void Joined_forms_of_Arabic_become_their_letters() =>
        // As glyphs stand: final meem, lam with alef, seen, reversed.
        VisualOrder.Read(["\uFEE2", "\uFEFC", "\uFEB3"]).ShouldBe("سلام");

    [Test]
    public void Letters_of_a_page_become_lines_with_their_blanks_and_marks()
    {
        PlacedText[] letters =
        [
            // In the order of the content, which is neither that of the page nor that of reading.
            new("ב", 20, 26, 700, 12), new("א", 26, 32, 700, 12), new("\u05B8", 27, 27, 700.5, 12), new("ג", 8, 14, 700.4, 12),
            new("ד", 26, 32, 650, 12),
        ];

        PdfPageText.Lines(letters).Select(VisualOrder.Read).ShouldBe(["א\u05B8ב ג", "ד"]);
    }
}

file static class TextElements
{
    public static IEnumerable<string> Elements(this TextElementEnumerator elements)
    {
        while (elements.MoveNext())
            yield return (string)elements.Current;
    }
}
