using System.Text;

namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>One of several texts (enum, const). A is the node of their trie.</summary>
internal sealed class LiteralSetNode : ConsumingNode
{
    private readonly List<(Dictionary<byte, int> Next, bool Ends)> _trie = [([], false)];

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
}
