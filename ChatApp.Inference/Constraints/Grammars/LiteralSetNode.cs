using System.Text;

namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>One of several texts (enum, const). A is the node of their trie.</summary>
internal sealed class LiteralSetNode : ConsumingNode
{
    private readonly List<(Dictionary<byte, int> Next, bool Ends)> _trie = [([], false)];
    private readonly int[] _shortest;
    private readonly int _longest;

    public LiteralSetNode(IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            var at = 0;
            foreach (var b in Encoding.UTF8.GetBytes(text))
            {
                if (!_trie[at].Next.TryGetValue(b, out var next))
                {
                    next = _trie.Count;
                    _trie.Add(([], false));
                    _trie[at].Next.Add(b, next);
                }
                at = next;
            }
            _trie[at] = (_trie[at].Next, true);
        }

        // A node lies behind the one that leads to it.
        _shortest = new int[_trie.Count];
        var longest = new int[_trie.Count];
        for (var at = _trie.Count - 1; at >= 0; at--)
        {
            var next = _trie[at].Next.Values;
            _shortest[at] = _trie[at].Ends ? 0 : 1 + next.Min(node => _shortest[node]);
            longest[at] = next.Count == 0 ? 0 : 1 + next.Max(node => longest[node]);
        }
        _longest = longest[0];
    }

    public override void Step(GrammarStack frame, byte value, GrammarSteps output)
    {
        if (!_trie[frame.A].Next.TryGetValue(value, out var next))
            return;
        if (_trie[next].Next.Count == 0)
            output.End(frame);
        else
            output.Move(frame, next);
    }

    public override bool MayEnd(GrammarStack frame) => _trie[frame.A].Ends;

    public override int Rest(GrammarStack frame) => _shortest[frame.A];

    public override int LongestDetour => _longest - _shortest[0];
}

/// <summary>Exactly these bytes. A is the position.</summary>
internal sealed class LiteralNode(string text) : ConsumingNode
{
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);

    public override void Step(GrammarStack frame, byte value, GrammarSteps output)
    {
        if (_bytes[frame.A] != value)
            return;
        if (frame.A + 1 == _bytes.Length)
            output.End(frame);
        else
            output.Move(frame, frame.A + 1);
    }

    public override int Rest(GrammarStack frame) => _bytes.Length - frame.A;
}
