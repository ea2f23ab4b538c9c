using System.Text;
using System.Text.RegularExpressions;

namespace ChatApp.Orchestrator.Files;

/// <summary>What the bytes of a text say, whatever they are written in.</summary>
internal static partial class FileText
{
    private const string Parameter = "; charset=";

    /// <summary>A media type that says what the text is in; UTF-8 goes without saying.</summary>
    public static string MediaType(string mediaType, string charset) => charset == "utf-8" ? mediaType : mediaType + Parameter + charset;

    /// <summary>The text, cut off where its last character is not whole, with lines that end as lines do and without what moves a terminal's cursor.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, string mediaType)
    {
        var at = mediaType.IndexOf(Parameter, StringComparison.Ordinal);
        var text = EncodingOf(at < 0 ? "utf-8" : mediaType[(at + Parameter.Length)..]).GetString(bytes);
        text = text.TrimStart('\uFEFF').TrimEnd('\uFFFD');
        if (text.AsSpan().IndexOfAnyInRange('\0', '\u001F') >= 0 || text.Contains('\u0085'))
        {
            text = TerminalControl().Replace(text, "").ReplaceLineEndings("\n").Replace('\v', '\n');
            text = string.Concat(text.Where(character => character is '\n' or '\t' || !char.IsControl(character)));
        }

        return text;
    }

    private static Encoding EncodingOf(string charset) => charset switch
    {
        "utf-16le" => Encoding.Unicode,
        "utf-16be" => Encoding.BigEndianUnicode,
        "windows-1252" => CodePagesEncodingProvider.Instance.GetEncoding(1252)!,
        _ => Encoding.UTF8,
    };

    [GeneratedRegex(@"\x1B(\[[0-?]*[ -/]*[@-~]|\][^\a\x1B]*(\a|\x1B\\)|[@-Z\\^_])")]
    private static partial Regex TerminalControl();
}
