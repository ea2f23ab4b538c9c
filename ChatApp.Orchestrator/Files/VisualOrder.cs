using System.Globalization;
using System.Text;

namespace ChatApp.Orchestrator.Files;

/// <summary>
/// Lines as they stand on a page, left to right, turned into the order in which they are read: in Hebrew and Arabic from the right,
/// with numbers and Latin words inside from the left.
/// </summary>
internal static class VisualOrder
{
    private const string Brackets = "()[]{}<>«»";

    /// <summary>Whether a text has letters that are read from the right.</summary>
    public static bool HasRightToLeft(string text) => text.EnumerateRunes().Any(rune => IsRightToLeft(rune.Value));

    /// <summary>A line's clusters (a letter with its marks), from left to right, in the order in which they are read.</summary>
    public static string Read(IReadOnlyList<string> clusters)
    {
        var kinds = clusters.Select(KindOf).ToArray();
        // Numbers don't say in which direction a line is read.
        var isRightToLeft = kinds.Count(kind => kind == Kind.RightToLeft) >= clusters.Count(cluster => cluster.Length > 0 && char.IsLetter(cluster[0]) && KindOf(cluster) == Kind.LeftToRight);
        if (!kinds.Contains(Kind.RightToLeft))
            return string.Concat(clusters);
        Resolve(kinds, isRightToLeft ? Kind.RightToLeft : Kind.LeftToRight);

        var runs = new List<string>();
        for (var start = 0; start < clusters.Count;)
        {
            var end = start;
            while (end < clusters.Count && kinds[end] == kinds[start])
                end++;
            var run = clusters.Skip(start).Take(end - start);
            runs.Add(kinds[start] == Kind.RightToLeft ? Reversed([.. run.Reverse()]) : string.Concat(run));
            start = end;
        }

        if (isRightToLeft)
            runs.Reverse();
        // Glyphs of joined forms stand for their letters.
        return string.Concat(runs).Normalize(NormalizationForm.FormKC);
    }

    private static Kind KindOf(string cluster)
    {
        var rune = cluster.Length == 0 ? new Rune(' ') : Rune.GetRuneAt(cluster, 0);
        if (IsRightToLeft(rune.Value))
            return Kind.RightToLeft;
        return Rune.IsLetterOrDigit(rune) ? Kind.LeftToRight : Kind.Neutral;
    }

    // What stands between belongs to what it stands between, or to the line.
    private static void Resolve(Kind[] kinds, Kind line)
    {
        for (var i = 0; i < kinds.Length; i++)
        {
            if (kinds[i] != Kind.Neutral)
                continue;
            var end = i;
            while (end < kinds.Length && kinds[end] == Kind.Neutral)
                end++;
            var (before, after) = (i > 0 ? kinds[i - 1] : line, end < kinds.Length ? kinds[end] : line);
            Array.Fill(kinds, before == after ? before : line, i, end - i);
            i = end - 1;
        }
    }

    // Brackets are drawn mirrored there: most documents say what is drawn, some what was meant.
    private static string Reversed(string[] clusters) => string.Concat(IsBalanced(clusters) ? clusters : clusters.Select(Mirror));

    private static bool IsBalanced(string[] clusters)
    {
        var open = new Stack<int>();
        var any = false;
        foreach (var at in clusters.Where(cluster => cluster.Length == 1).Select(cluster => Brackets.IndexOf(cluster[0])).Where(at => at >= 0))
        {
            any = true;
            if (at % 2 == 0)
                open.Push(at);
            else if (!open.TryPop(out var opened) || opened != at - 1)
                return false;
        }

        return any && open.Count == 0;
    }

    private static string Mirror(string cluster) =>
        cluster.Length == 1 && Brackets.IndexOf(cluster[0]) is var at and >= 0 ? Brackets[at ^ 1].ToString() : cluster;

    // Hebrew to Arabic Extended, and the forms that their glyphs have.
    private static bool IsRightToLeft(int value) => value is (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFC)
        && CharUnicodeInfo.GetUnicodeCategory(value) is not (UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark);

    private enum Kind
    {
        Neutral,
        LeftToRight,
        RightToLeft,
    }
}
