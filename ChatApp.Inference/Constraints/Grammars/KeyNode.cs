using System.Text;
using ChatApp.Inference.Constraints.Characters;

namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>
/// Name of a member that the schema does not declare: without escapes, and none of the declared names.
/// C is 1 + the node in the trie of declared names, 0 once apart from them.
/// </summary>
internal sealed class KeyNode : TextNode
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

    /// <inheritdoc/>
    protected override int FirstOwn => 1;

    /// <summary>A name may begin like a declared one, only not end with it: between characters any may follow.</summary>
    public override int Room(int own) => int.MaxValue;

    /// <inheritdoc/>
    protected override int RestInside(int own) => own == 0 || !_declared[own - 1].Ends ? 1 : 2 + _declared.Count;

    /// <inheritdoc/>
    public override Reading Read(ref int character, ref int own, byte value)
    {
        if (character == CharacterState.Between && value == '"')
            return own == 0 || !_declared[own - 1].Ends ? Reading.Closes : Reading.Stops;
        if (value == '\\' || !CharacterState.Step(ref character, value, out _))
            return Reading.Stops;
        own = own > 0 && _declared[own - 1].Next.TryGetValue(value, out var next) ? next + 1 : 0;
        return Reading.GoesOn;
    }
}
