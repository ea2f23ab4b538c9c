using System.Text;

namespace ChatApp.Inference.Constraints;

/// <summary>
/// Name of a member that the schema does not declare: without escapes, and none of the declared names.
/// A is 0 before the opening quote, else 1; B is the <see cref="CharacterState"/>; C is 1 + the node in the trie of declared names, 0 once apart from them.
/// </summary>
internal sealed class KeyNode : GrammarNode
{
    private readonly List<(Dictionary<byte, int> Next, bool Ends)> _declared = [([], false)];

    public KeyNode(IEnumerable<string> declared)
    {
        foreach (var name in declared)
        {
            var at = 0;
            foreach (var b in Encoding.UTF8.GetBytes(name))
            {
                if (!_declared[at].Next.TryGetValue(b, out var next))
                {
                    next = _declared.Count;
                    _declared.Add(([], false));
                    _declared[at].Next.Add(b, next);
                }
                at = next;
            }
            _declared[at] = (_declared[at].Next, true);
        }
    }

    public override bool Consumes => true;

    public override void Step(GrammarStack frame, byte value, GrammarSteps output)
    {
        if (frame.A == 0)
        {
            if (value == '"')
                output.Move(frame, 1, CharacterState.Between, 1);
            return;
        }
        var state = frame.B;
        if (state == CharacterState.Between && value == '"')
        {
            if (frame.C == 0 || !_declared[frame.C - 1].Ends)
                output.End(frame);
            return;
        }
        if (value == '\\' || !CharacterState.Step(ref state, value, out _))
            return;
        var node = frame.C > 0 && _declared[frame.C - 1].Next.TryGetValue(value, out var next) ? next + 1 : 0;
        output.Move(frame, 1, state, node);
    }
}
