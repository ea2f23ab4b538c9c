namespace ChatApp.Web.Components.Chat;

/// <summary>Cuts a growing answer into what a screen reader says: whole sentences without markup.</summary>
internal static class SpokenText
{
    /// <summary>Ends of the sentences after <paramref name="start"/> that are complete.</summary>
    public static IEnumerable<int> SentenceEnds(string text, int start, bool complete)
    {
        for (var i = start; i < text.Length - 1; i++)
        {
            if ((text[i] is '.' or '!' or '?' or ':' && char.IsWhiteSpace(text[i + 1])) || text[i] == '\n')
            {
                yield return i + 1;
                start = i + 1;
            }
        }

        if (complete && start < text.Length)
            yield return text.Length;
    }

    public static string Plain(string sentence) =>
        string.Concat(sentence.Where(c => c is not ('*' or '`' or '#' or '|' or '_' or '~' or '>'))).Trim();
}
