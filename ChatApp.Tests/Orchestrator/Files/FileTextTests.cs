using System.Text;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Files;

namespace ChatApp.Tests.Orchestrator.Files;

/// <summary>Texts in the encodings that people's files are in.</summary>
internal sealed class FileTextTests
{
    private static readonly TestCaseData[] s_texts =
    [
        Case("fffe4e0061006d0065003b0057006500720074000a00c4007000660065006c003b0033000a00", "utf-16le", "Name;Wert\nÄpfel;3\n"),
        Case("feff004e0061006d0065003b0057006500720074000a00c4007000660065006c003b0033000a", "utf-16be", "Name;Wert\nÄpfel;3\n"),
        Case("680065006c006c006f00200077006f0072006c006400", "utf-16le", "hello world"),
        Case("4e616d653b53746164740a4afc7267656e3b4bf66c6e0a", "windows-1252", "Name;Stadt\nJürgen;Köln\n"),
        Case("9371756f74657394209620646173682080", "windows-1252", "\u201Cquotes\u201D \u2013 dash \u20AC"),
        Case("efbbbf69642c6e616d650a312c5a6fc3ab0a", "utf-8", "id,name\n1,Zoë\n"),
        Case("1b5b33316d4552524f521b5b306d20736f6d657468696e67206661696c65640a", "utf-8", "ERROR something failed\n"),
        Case("610b620a", "utf-8", "a\nb\n"),
        Case("61c285620a", "utf-8", "a\nb\n"),
        Case("610d620d63", "utf-8", "a\nb\nc"),
        Case("610d0a620d0a", "utf-8", "a\nb\n"),
        Case("610862", "utf-8", "ab"),
        Case("68656c6c6f0d0a1a", "utf-8", "hello\n"),
        Case("70616765310c7061676532", "utf-8", "page1\npage2"),
        Case("78", "utf-8", "x"),
        Case("fffe", "utf-16le", ""),
        Case("c3a9c3a9c3a9c3a9", "utf-8", "éééé"),
        Case("efbfbe20efbfbf20efb790", "utf-8", "\uFFFE \uFFFF \uFDD0"),
        Case("e280ae6576696ce280ac20d7a9d79cd795d79d", "utf-8", "\u202Eevil\u202C שלום"),
    ];

    [TestCaseSource(nameof(s_texts))]
    public async Task A_text_says_the_same_whatever_it_is_written_in_and_however_it_arrives(string hex, string charset, string text)
    {
        var bytes = Convert.FromHexString(hex);
        for (var piece = 1; piece <= bytes.Length; piece++)
        {
            var (found, passed) = await PassAsync(bytes, piece);
            found.ShouldBe(charset);
            passed.ShouldBe(bytes);
        }

        FileText.Decode(bytes, FileText.MediaType("text/plain", charset)).ShouldBe(text);
    }

    [TestCase("93fa967b8cea8365834c83588367", Description = "Shift-JIS")]
    [TestCase("d6d0cec4c4dac8dd", Description = "GBK")]
    [TestCase("610062", Description = "a zero")]
    [TestCase("504b0304140014001400", Description = "a ZIP")]
    [TestCase("eda080", Description = "half a surrogate pair")]
    [TestCase("c0af", Description = "an overlong form")]
    [TestCase("68651a6c6c6f", Description = "text after its end")]
    public async Task What_cannot_be_told_is_refused_with_what_to_do(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        foreach (var piece in (int[])[1, 3, bytes.Length])
        {
            var refused = await Should.ThrowAsync<RefusedException>(() => PassAsync(bytes, piece));
            refused.Code.ShouldBe("unsupported_file_type");
            (refused.Message.Contains("Save it as") || refused.Message.Contains("Send text")).ShouldBeTrue();
        }
    }

    [Test]
    public async Task A_letter_of_an_old_encoding_far_into_a_text_is_found()
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes(new string('a', 300_000)), 0xE9, (byte)' '];
        (await PassAsync(bytes, 65_536)).Charset.ShouldBe("windows-1252");
    }

    private static TestCaseData Case(string hex, string charset, string text) => new TestCaseData(hex, charset, text).SetArgDisplayNames(hex, charset);

    private static async Task<(string Charset, byte[] Passed)> PassAsync(byte[] bytes, int piece)
    {
        var text = new TextBytes();
        using var passed = new MemoryStream();
        await foreach (var part in text.PassAsync(InPieces(bytes, piece), default))
            passed.Write(part.Span);
        return (text.Charset(), passed.ToArray());
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> InPieces(byte[] bytes, int size)
    {
        await Task.Yield();
        for (var start = 0; start < bytes.Length; start += size)
            yield return bytes.AsMemory(start, Math.Min(size, bytes.Length - start));
    }
}
