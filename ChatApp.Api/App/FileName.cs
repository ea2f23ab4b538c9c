using System.Globalization;
using System.Text;

namespace ChatApp.Api.App;

/// <summary>The name of an upload, made fit to be shown: it is never a path, neither here nor in any store.</summary>
internal static class FileName
{
    private const int Longest = 200;

    /// <exception cref="RefusedException">Nothing of the name is left.</exception>
    public static string Clean(string? given)
    {
        var last = given?[(given.LastIndexOfAny(['/', '\\']) + 1)..] ?? "";
        var clean = new StringBuilder();
        foreach (var rune in last.EnumerateRunes())
        {
            // Formatting characters turn what is read around: "gpj.exe" for "exe.jpg".
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate)
                && clean.Length < Longest)
                clean.Append(rune);
        }

        var name = clean.ToString().Trim();
        return name is "" or "." or ".."
            ? throw RefusedException.Invalid("The part 'file' needs a file name.", "file")
            : name;
    }
}
