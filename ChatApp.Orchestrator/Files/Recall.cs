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

    private static HashSet<string> Words(string text) =>
        [.. Word().Matches(text).Select(match => match.Value.ToUpperInvariant()).Where(word => word.Length >= ShortestWord)];

    [GeneratedRegex(@"[\p{L}\p{N}]+")]
    private static partial Regex Word();
}
