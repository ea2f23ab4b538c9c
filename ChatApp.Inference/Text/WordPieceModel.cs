using System.Text;

namespace ChatApp.Inference.Text;

/// <summary>WordPiece (BERT): the longest entry that a word begins with, then the longest that its rest begins with; a word that is not made up of entries is unknown.</summary>
internal sealed class WordPieceModel : PieceModel
{
    private readonly WordPieceRules _rules;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _beginnings;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _continuations;
    private readonly int _longest;
    private readonly int _unknown;

    public WordPieceModel(Dictionary<string, int> vocabulary, WordPieceRules rules)
    {
        _rules = rules;
        _unknown = vocabulary[rules.Unknown];
        _longest = vocabulary.Keys.Max(entry => entry.Length);
        // An own copy: the tokenizer adds its added tokens to the other.
        _beginnings = new Dictionary<string, int>(vocabulary, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _continuations = vocabulary.Where(e => e.Key.StartsWith(rules.Continuation, StringComparison.Ordinal))
            .ToDictionary(e => e.Key[rules.Continuation.Length..], e => e.Value, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public override void Encode(ReadOnlySpan<char> piece, List<int> output)
    {
        var before = output.Count;
        if (Length(piece) > _rules.LongestKnown || !TryCut(piece, output))
        {
            output.RemoveRange(before, output.Count - before);
            output.Add(_unknown);
        }
    }

    public override byte[] BytesOf(string entry) =>
        Encoding.UTF8.GetBytes(entry.StartsWith(_rules.Continuation, StringComparison.Ordinal) ? entry[_rules.Continuation.Length..] : " " + entry);

    private bool TryCut(ReadOnlySpan<char> piece, List<int> output)
    {
        for (var at = 0; at < piece.Length;)
        {
            var entries = at == 0 ? _beginnings : _continuations;
            var length = Math.Min(piece.Length - at, _longest);
            int id;
            while (!entries.TryGetValue(piece.Slice(at, length), out id))
            {
                if (--length == 0)
                    return false;
            }
            output.Add(id);
            at += length;
        }
        return true;
    }

    private static int Length(ReadOnlySpan<char> piece)
    {
        var count = 0;
        foreach (var _ in piece.EnumerateRunes())
            count++;
        return count;
    }
}

/// <summary>How a WordPiece vocabulary is read.</summary>
/// <param name="Unknown">The token of a word that cannot be made up.</param>
/// <param name="Continuation">What entries begin with that go on a word.</param>
/// <param name="LongestKnown">Characters of the longest word that is looked up.</param>
internal sealed record WordPieceRules(string Unknown, string Continuation, int LongestKnown)
{
    public const int LongestWord = 100;
}
