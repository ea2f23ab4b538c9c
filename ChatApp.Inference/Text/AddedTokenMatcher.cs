using System.Buffers;

namespace ChatApp.Inference.Text;

/// <summary>Finds added tokens in text: leftmost first, longest at a position, in time linear in the text.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly List<Node> _nodes = [new()];
    private readonly SearchValues<char> _firstCharacters;

    public AddedTokenMatcher(IEnumerable<AddedToken> tokens)
    {
        foreach (var token in tokens.Where(t => t.Content.Length > 0))
        {
            var node = 0;
            foreach (var c in token.Content)
            {
                if (!_nodes[node].Next.TryGetValue(c, out var next))
                {
                    next = _nodes.Count;
                    _nodes.Add(new Node());
                    _nodes[node].Next.Add(c, next);
                }
                node = next;
            }
            _nodes[node].Token = token;
        }
        _firstCharacters = SearchValues.Create([.. _nodes[0].Next.Keys]);
    }

    /// <summary>The next token at or after <paramref name="from"/>, or null; <paramref name="start"/> and <paramref name="end"/> exclude stripped white space.</summary>
    public AddedToken? Next(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        for (var i = from; i < text.Length; i++)
        {
            var offset = text[i..].IndexOfAny(_firstCharacters);
            if (offset < 0)
                break;
            i += offset;
            if (LongestAt(text, i) is { } token)
            {
                start = i;
                end = i + token.Content.Length;
                return token;
            }
        }
        start = end = text.Length;
        return null;
    }

    private AddedToken? LongestAt(ReadOnlySpan<char> text, int position)
    {
        AddedToken? best = null;
        var node = 0;
        for (var i = position; i < text.Length && _nodes[node].Next.TryGetValue(text[i], out node); i++)
        {
            if (_nodes[node].Token is { } token && (!token.SingleWord || StandsAlone(text, position, i + 1)))
                best = token;
        }
        return best;
    }

    private static bool StandsAlone(ReadOnlySpan<char> text, int start, int end) =>
        (start == 0 || !IsWord(text[start - 1])) && (end == text.Length || !IsWord(text[end]));

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';

    private sealed class Node
    {
        public SortedList<char, int> Next { get; } = [];
        public AddedToken? Token { get; set; }
    }
}

/// <summary>
/// A token matched literally in the text before any pre-tokenization: control tokens such as
/// <c>&lt;|im_end|&gt;</c> and words a model family added to its vocabulary.
/// </summary>
/// <param name="Id">Token id.</param>
/// <param name="Content">The literal text that stands for the token.</param>
/// <param name="Special">True for control tokens: never produced from text that must not be parsed for them.</param>
/// <param name="StripLeft">White space before the token belongs to it.</param>
/// <param name="StripRight">White space after the token belongs to it.</param>
/// <param name="SingleWord">Matched only when it does not touch letters or digits.</param>
public sealed record AddedToken(int Id, string Content, bool Special, bool StripLeft, bool StripRight, bool SingleWord);
