using System.Globalization;
using System.Text;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Storage;
using Dapper;

namespace ChatApp.Orchestrator.Conversations;

/// <summary>
/// Finds what stands in titles and messages: every piece of the query between blanks, as it is, anywhere in the text. Nothing
/// is split into words, which no two splitters and no two languages do alike; case and the way accents are encoded don't matter.
/// </summary>
internal sealed class ConversationSearch(OwnedDatabase database)
{
    private const int MostPieces = 16;
    private const int LongestPiece = 200;

    /// <summary>As the index has it.</summary>
    private const string Searched = "lower(normalize(m.text))";

    /// <summary>Newest activity first, archived ones included.</summary>
    /// <exception cref="RefusedException">The query is empty.</exception>
    public async Task<IReadOnlyList<ConversationRecord>> SearchAsync(
        string owner, string query, ConversationCursor? after, int limit, CancellationToken cancellationToken)
    {
        var pieces = Pieces(query);
        var parameters = new DynamicParameters(new { first = pieces[0], limit, afterId = after?.Id, afterUpdated = after?.UpdatedAt });
        for (var i = 0; i < pieces.Count; i++)
            parameters.Add(Parameter(i), $"%{Escaped(pieces[i])}%");
        var found = await database.For(owner).QueryAsync<ConversationRecord>(
            $"""
            WITH hits AS MATERIALIZED (
                SELECT DISTINCT ON (m.conversation_id) m.conversation_id, m.seq,
                    substr(normalize(m.text), greatest(1, strpos(lower(normalize(m.text)), lower(@first)) - {SearchPassage.Before}), {SearchPassage.Length}) AS passage
                FROM chat.messages m JOIN chat.conversations mine ON mine.id = m.conversation_id AND mine.user_id = @owner AND mine.deleted_at IS NULL
                WHERE m.user_id = @owner AND {All(Searched, pieces.Count)}
                ORDER BY m.conversation_id, m.seq DESC
            )
            SELECT {ConversationStore.Columns}, COALESCE(h.passage, c.title, '') AS snippet
            FROM chat.conversations c LEFT JOIN hits h ON h.conversation_id = c.id
            WHERE c.user_id = @owner AND c.deleted_at IS NULL
              AND (h.conversation_id IS NOT NULL OR ({All("lower(normalize(COALESCE(c.title, '')))", pieces.Count)}))
              AND (@afterId::uuid IS NULL OR (c.updated_at, c.id) < (@afterUpdated::timestamptz, @afterId::uuid))
            ORDER BY c.updated_at DESC, c.id DESC
            LIMIT @limit
            """,
            parameters, cancellationToken);
        return [.. found.Select(conversation => conversation with { Snippet = SearchPassage.Marked(conversation.Snippet, pieces) })];
    }

    /// <summary>What has to stand in the text.</summary>
    internal static IReadOnlyList<string> Pieces(string query)
    {
        // Half a character stands in no text.
        var whole = string.Concat(query.EnumerateRunes().Where(rune => rune != Rune.ReplacementChar)).Normalize(NormalizationForm.FormC);
        string[] pieces = [.. whole.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Distinct().Take(MostPieces)
            .Select(piece => piece.Length <= LongestPiece ? piece : string.Concat(piece.EnumerateRunes().Take(LongestPiece)))];
        return pieces.Length > 0 ? pieces : throw RefusedException.Invalid("query", "The query is empty.");
    }

    private static string All(string text, int pieces) =>
        string.Join(" AND ", Enumerable.Range(0, pieces).Select(index => $"{text} LIKE lower(@{Parameter(index)})"));

    private static string Parameter(int index) => string.Create(CultureInfo.InvariantCulture, $"piece{index}");

    private static string Escaped(string piece) =>
        piece.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
}

/// <summary>The part of a text that is shown for a hit, with what was looked for between U+0002 and U+0003.</summary>
internal static class SearchPassage
{
    /// <summary>Code points before the first piece.</summary>
    public const int Before = 60;

    /// <summary>Code points in all.</summary>
    public const int Length = 240;

    private const char Open = '\u0002';
    private const char Close = '\u0003';

    public static string Marked(string passage, IReadOnlyList<string> pieces)
    {
        var text = WithoutTornBeginning(passage.Replace(Open, ' ').Replace(Close, ' ').Normalize(NormalizationForm.FormC));
        var isHit = new bool[text.Length + 1];
        foreach (var piece in pieces)
        {
            for (var at = text.IndexOf(piece, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(piece, at + piece.Length, StringComparison.OrdinalIgnoreCase))
                isHit.AsSpan(at, piece.Length).Fill(true);
        }

        var marked = new StringBuilder(text.Length + 16);
        for (var i = 0; i <= text.Length; i++)
        {
            if (isHit[i] != (i > 0 && isHit[i - 1]))
                marked.Append(isHit[i] ? Open : Close);
            if (i < text.Length)
                marked.Append(text[i]);
        }

        return marked.ToString();
    }

    // Cut by code points, it may begin with what belongs to the character before it.
    private static string WithoutTornBeginning(string text)
    {
        var at = 0;
        while (at < text.Length && CharUnicodeInfo.GetUnicodeCategory(text, at) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
            at++;
        return at == text.Length ? text : text[at..];
    }
}
