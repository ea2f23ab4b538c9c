using System.Buffers;
using ChatApp.Inference.Constraints.Characters;
using ChatApp.Inference.Constraints.Grammars;

namespace ChatApp.Inference.Constraints;

/// <summary>
/// Tokens as a trie in depth-first order: node i's byte, depth, the index past its subtree, and its tokens. A walk steps the grammar once a node
/// and skips whole subtrees that cannot follow.
/// </summary>
internal sealed class VocabularyTrie
{
    private readonly byte[] _bytes;
    private readonly ushort[] _depths;
    private readonly int[] _ends;
    private readonly int[] _firstToken;
    private readonly int[] _tokens;
    private readonly int _deepest;

    /// <summary>Most characters below a node when all that is below are plain ASCII ones; else -1.</summary>
    private readonly short[] _plainBelow;

    public VocabularyTrie(List<(int Id, byte[] Bytes)> tokens)
    {
        tokens.Sort(static (a, b) => a.Bytes.AsSpan().SequenceCompareTo(b.Bytes));
        var bytes = new List<byte>();
        var depths = new List<ushort>();
        var ids = new List<int>();
        ReadOnlySpan<byte> before = [];
        foreach (var (id, text) in tokens)
        {
            if (text.Length > ushort.MaxValue)
                continue;
            // Sorted: nodes past the common prefix with the token before are new.
            for (var depth = before.CommonPrefixLength(text); depth < text.Length; depth++)
            {
                bytes.Add(text[depth]);
                depths.Add((ushort)depth);
            }
            ids.Add(id);
            before = text;
        }
        _bytes = [.. bytes];
        _depths = [.. depths];
        _tokens = [.. ids];
        _ends = Ends(_depths);
        _plainBelow = PlainBelow(_bytes, _ends);
        _deepest = depths.Count == 0 ? 0 : depths.Max() + 1;
        _firstToken = TokenStarts(tokens, _depths.Length);
    }

    /// <summary>A token of the longest beginning of a text that is one; null where there is none.</summary>
    public int? LongestPrefix(ReadOnlySpan<byte> text)
    {
        int? longest = null;
        for (var node = 0; node < _bytes.Length;)
        {
            var depth = _depths[node];
            if (depth >= text.Length)
                break;
            if (_bytes[node] != text[depth])
            {
                node = _ends[node];
                continue;
            }
            if (_firstToken[node] < _firstToken[node + 1])
                longest = _tokens[_firstToken[node]];
            // Only what is below this node goes on with the text.
            text = text[..Math.Min(text.Length, depth + 1 + _deepest)];
            if (_ends[node] == node + 1)
                break;
            node++;
        }
        return longest;
    }

    /// <summary>Sets the bits of the tokens that may follow a state.</summary>
    public void Mark(Grammar grammar, GrammarState start, ulong[] mask)
    {
        var states = new GrammarState[_deepest + 1];
        states[0] = start;
        for (var node = 0; node < _bytes.Length;)
        {
            var depth = _depths[node];
            var next = grammar.Step(states[depth], _bytes[node]);
            if (ReferenceEquals(next, Grammar.Dead))
            {
                node = _ends[node];
                continue;
            }
            states[depth + 1] = next;
            Mark(_firstToken[node], _firstToken[node + 1], mask);
            node++;
        }
    }

    /// <summary>Sets the bits of the tokens that may follow a position inside a text: read here, byte by byte, until its closing quote.</summary>
    public void MarkText(Grammar grammar, TextNode text, GrammarStack start, ulong[] mask)
    {
        var inside = ArrayPool<(int Character, int Own)>.Shared.Rent(_deepest + 1);
        var behind = ArrayPool<GrammarState?>.Shared.Rent(_deepest + 1);
        inside[0] = (start.B, start.C);
        behind[0] = null;
        GrammarState? after = null;
        var tried = 0;
        for (var node = 0; node < _bytes.Length; tried++)
        {
            var depth = _depths[node];
            GrammarState? next = null;
            bool goesOn;
            if (behind[depth] is { } outside)
            {
                next = grammar.Step(outside, _bytes[node]);
                goesOn = !ReferenceEquals(next, Grammar.Dead);
            }
            else
            {
                var (character, own) = inside[depth];
                var reading = text.Read(ref character, ref own, _bytes[node]);
                if (reading == TextNode.Reading.Closes)
                    next = after ??= grammar.After(start);
                goesOn = reading != TextNode.Reading.Stops && !ReferenceEquals(next, Grammar.Dead);
                inside[depth + 1] = (character, own);
            }
            if (!goesOn)
            {
                node = _ends[node];
                continue;
            }
            if (next is null && inside[depth + 1].Character == CharacterState.Between
                && _plainBelow[node] is > 0 and var longest && longest <= text.Room(inside[depth + 1].Own))
            {
                // Whatever is below fits: no need to read it.
                Mark(_firstToken[node], _firstToken[_ends[node]], mask);
                node = _ends[node];
                continue;
            }
            behind[depth + 1] = next;
            Mark(_firstToken[node], _firstToken[node + 1], mask);
            node++;
        }
        // Reading a byte here costs a fraction of a step of the automaton.
        grammar.Spend(tried / 8);
        ArrayPool<(int, int)>.Shared.Return(inside);
        ArrayPool<GrammarState?>.Shared.Return(behind, clearArray: true);
    }

    private void Mark(int from, int to, ulong[] mask)
    {
        for (var token = from; token < to; token++)
            mask[_tokens[token] >> 6] |= 1UL << (_tokens[token] & 63);
    }

    private static short[] PlainBelow(byte[] bytes, int[] ends)
    {
        var below = new short[bytes.Length];
        for (var node = bytes.Length - 1; node >= 0; node--)
        {
            for (var child = node + 1; child < ends[node] && below[node] >= 0; child = ends[child])
            {
                var isPlain = bytes[child] is >= (byte)' ' and < 0x7F and not ((byte)'"' or (byte)'\\') && below[child] is >= 0 and < short.MaxValue;
                below[node] = isPlain ? Math.Max(below[node], (short)(below[child] + 1)) : (short)-1;
            }
        }
        return below;
    }

    private static int[] Ends(ushort[] depths)
    {
        var ends = new int[depths.Length];
        var open = new Stack<int>();
        for (var i = 0; i < depths.Length; i++)
        {
            while (open.TryPeek(out var top) && depths[top] >= depths[i])
                ends[open.Pop()] = i;
            open.Push(i);
        }
        while (open.TryPop(out var rest))
            ends[rest] = depths.Length;
        return ends;
    }

    /// <summary>For each node the first of its tokens; those of node i end where those of i + 1 begin.</summary>
    private static int[] TokenStarts(List<(int Id, byte[] Bytes)> tokens, int nodes)
    {
        // Token t ends at the node that is the last one made when its bytes had been added.
        var counts = new int[nodes + 1];
        ReadOnlySpan<byte> before = [];
        var node = -1;
        foreach (var (_, text) in tokens)
        {
            if (text.Length > ushort.MaxValue)
                continue;
            node += text.Length - before.CommonPrefixLength(text);
            counts[node]++;
            before = text;
        }
        var starts = new int[nodes + 1];
        for (var i = 0; i < nodes; i++)
            starts[i + 1] = starts[i] + counts[i];
        return starts;
    }
}
