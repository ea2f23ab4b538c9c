using System.Text.RegularExpressions;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Storage;

namespace ChatApp.Orchestrator.Conversations;

/// <summary>PostgreSQL's full-text search over titles and messages: every word of the query, each as a prefix.</summary>
internal sealed partial class ConversationSearch(OwnedDatabase database)
{
    private const int MostWords = 16;
    private const string Headline = "StartSel=\u0002, StopSel=\u0003, MaxFragments=1, MaxWords=24, MinWords=8";

    /// <summary>Newest activity first, archived ones included.</summary>
    /// <exception cref="RefusedException">The query has no word to look for.</exception>
    public Task<IReadOnlyList<ConversationRecord>> SearchAsync(
        string owner, string query, ConversationCursor? after, int limit, CancellationToken cancellationToken) =>
        database.For(owner).QueryAsync<ConversationRecord>(
            $"""
            WITH q AS (SELECT to_tsquery('simple', @words) AS query)
            SELECT {ConversationStore.Columns},
                COALESCE(
                    (SELECT ts_headline('simple', translate(left(m.text, 20000), E'\u0002\u0003', ''), q.query, @headline)
                     FROM chat.messages m
                     WHERE m.conversation_id = c.id AND m.user_id = @owner AND m.search @@ q.query
                     ORDER BY ts_rank_cd(m.search, q.query) DESC, m.seq DESC LIMIT 1),
                    ts_headline('simple', translate(COALESCE(c.title, ''), E'\u0002\u0003', ''), q.query, @headline)) AS snippet
            FROM chat.conversations c, q
            WHERE c.user_id = @owner AND c.deleted_at IS NULL
              AND (c.search @@ q.query OR c.id IN (
                    SELECT m.conversation_id FROM chat.messages m WHERE m.user_id = @owner AND m.search @@ q.query))
              AND (@afterId::uuid IS NULL OR (c.updated_at, c.id) < (@afterUpdated::timestamptz, @afterId::uuid))
            ORDER BY c.updated_at DESC, c.id DESC
            LIMIT @limit
            """,
            new { words = ToTsQuery(query), headline = Headline, limit, afterId = after?.Id, afterUpdated = after?.UpdatedAt },
            cancellationToken);

    /// <summary>Letters and digits only reach PostgreSQL's query syntax.</summary>
    internal static string ToTsQuery(string query)
    {
        var words = Word().Matches(query).Select(match => match.Value).Distinct().Take(MostWords).ToList();
        return words.Count > 0
            ? string.Join(" & ", words.Select(word => $"'{word}':*"))
            : throw RefusedException.Invalid("query", "Search for a word or a number.");
    }

    [GeneratedRegex(@"[\p{L}\p{N}]{1,100}")]
    private static partial Regex Word();
}
