using System.Text.RegularExpressions;

namespace ChatApp.Orchestrator.Files;

/// <summary>Finds the older messages that share the most telling words with a question; rare words tell more than common ones.</summary>
internal static partial class Recall
{
    private const int ShortestWord = 3;

    /// <returns>Indexes into <paramref name="messages"/>, in their order.</returns>
    public static IReadOnlyList<int> Select(IReadOnlyList<string> messages, string question, int most)
    {
        var asked = Words(question);
        var spoken = messages.Select(Words).ToList();
        double Weight(string word) => Math.Log(1 + ((double)messages.Count / (1 + spoken.Count(words => words.Contains(word)))));
        return [.. spoken
            .Select((words, index) => (index, Score: asked.Where(words.Contains).Sum(Weight)))
            .Where(candidate => candidate.Score > 0)
            .OrderByDescending(candidate => candidate.Score).ThenByDescending(candidate => candidate.index)
            .Take(most)
            .Select(candidate => candidate.index)
            .Order()];
    }

    // Scripts that put no blanks between words are compared by pairs of letters.
    private static HashSet<string> Words(string text)
    {
        var words = new HashSet<string>();
        foreach (var word in Word().Matches(text.IsNormalized() ? text : text.Normalize()).Select(match => match.Value.ToUpperInvariant()))
        {
            if (!Unspaced().IsMatch(word))
            {
                if (word.Length >= ShortestWord)
                    words.Add(word);
                continue;
            }

            for (var i = 0; i + 2 <= word.Length; i++)
                words.Add(word.Substring(i, 2));
        }

        return words;
    }

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+")]
    private static partial Regex Word();

    // Thai to Myanmar, Khmer, and from kana on the scripts of China, Japan and Korea.
    [GeneratedRegex(@"[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3040-\u30FF\u3400-\u9FFF\uAC00-\uD7AF]")]
    private static partial Regex Unspaced();
}
