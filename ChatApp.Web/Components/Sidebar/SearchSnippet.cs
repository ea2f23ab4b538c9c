namespace ChatApp.Web.Components.Sidebar;

/// <summary>Cuts a passage that matched into plain text and hits, which stand between U+0002 and U+0003.</summary>
internal static class SearchSnippet
{
    public static IEnumerable<(string Piece, bool Hit)> Parse(string snippet)
    {
        for (var i = 0; i < snippet.Length;)
        {
            var open = snippet.IndexOf('\u0002', i);
            var close = open < 0 ? -1 : snippet.IndexOf('\u0003', open);
            if (close < 0)
            {
                yield return (Bare(snippet[i..]), false);
                yield break;
            }

            if (open > i)
                yield return (Bare(snippet[i..open]), false);
            if (close > open + 1)
                yield return (Bare(snippet[(open + 1)..close]), true);
            i = close + 1;
        }
    }

    private static string Bare(string text) => text.Replace("\u0002", "", StringComparison.Ordinal).Replace("\u0003", "", StringComparison.Ordinal);
}
