using System.Globalization;
using System.Text;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.DocumentLayoutAnalysis.TextExtractor;

namespace ChatApp.Orchestrator.Files;

/// <summary>The text of a page in the order in which it is read.</summary>
internal static class PdfPageText
{
    /// <summary>Letters whose baselines are nearer than this share of their size stand in one line.</summary>
    private const double SameLine = 0.4;

    /// <summary>A gap wider than this share of a letter's size is a blank.</summary>
    private const double Blank = 0.15;

    public static string Read(Page page)
    {
        var text = ContentOrderTextExtractor.GetText(page);
        // Documents hold letters that are read from the right as they stand, from the left.
        return VisualOrder.HasRightToLeft(text)
            ? string.Join('\n', Lines(page.Letters.Select(letter => new PlacedText(letter.Value, letter.StartBaseLine.X, letter.EndBaseLine.X, letter.StartBaseLine.Y, letter.PointSize))).Select(VisualOrder.Read))
            : text;
    }

    /// <summary>Lines from top to bottom, each of its clusters from left to right, blanks among them.</summary>
    internal static IEnumerable<IReadOnlyList<string>> Lines(IEnumerable<PlacedText> letters)
    {
        var lines = new List<List<PlacedText>>();
        foreach (var letter in letters.Where(letter => letter.Text.Length > 0))
        {
            var line = lines.FindLast(line => Math.Abs(line[0].Y - letter.Y) < SameLine * Math.Max(line[0].Size, letter.Size));
            if (line is null)
                lines.Add([letter]);
            // A mark stands over the letter that it belongs to.
            else if (char.GetUnicodeCategory(letter.Text[0]) == UnicodeCategory.NonSpacingMark)
                line[^1] = line[^1] with { Text = line[^1].Text + letter.Text };
            else
                line.Add(letter);
        }

        foreach (var line in lines.OrderByDescending(line => line[0].Y))
        {
            var clusters = new List<string>();
            PlacedText? before = null;
            foreach (var letter in line.OrderBy(letter => Math.Min(letter.Start, letter.End)))
            {
                var isBlank = string.IsNullOrWhiteSpace(letter.Text);
                if (before is not null && !isBlank && clusters[^1] != " " && Math.Min(letter.Start, letter.End) - Math.Max(before.Start, before.End) > Blank * letter.Size)
                    clusters.Add(" ");
                if (!isBlank || (clusters.Count > 0 && clusters[^1] != " "))
                    clusters.Add(isBlank ? " " : letter.Text);
                before = letter;
            }

            yield return clusters;
        }
    }
}

/// <summary>A letter, with its marks, where it stands on a page.</summary>
/// <param name="Text">What it is.</param>
/// <param name="Start">Where it begins on its baseline, in points from the left.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Y">The baseline's height, in points from below.</param>
/// <param name="Size">The font's, in points.</param>
internal sealed record PlacedText(string Text, double Start, double End, double Y, double Size);
