namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>
/// A JSON object: its properties in the order the schema declares them, optional ones left out at will, then further members where allowed.
/// A is 0 before the brace, else 1; B is the next property; C is 1 when a member has been written.
/// </summary>
internal sealed class ObjectNode : ExpandingNode
{
    private static readonly LiteralNode _open = new("{");
    private static readonly SequenceNode _close = new(SpaceNode.Instance, new LiteralNode("}"));
    private static readonly SequenceNode _separator = new(SpaceNode.Instance, new LiteralNode(","), SpaceNode.Instance);
    private static readonly SequenceNode _colon = new(new LiteralNode(":"), SpaceNode.Instance);

    private readonly (GrammarNode Value, bool Required, SequenceNode First, SequenceNode Next)[] _properties;
    private readonly GrammarNode? _further;
    private readonly SequenceNode? _furtherFirst;
    private readonly SequenceNode? _furtherNext;

    /// <param name="properties">Declared properties.</param>
    /// <param name="further">Value of members with other names; null allows none.</param>
    public ObjectNode(IReadOnlyList<(string Name, GrammarNode Value, bool Required)> properties, GrammarNode? further)
    {
        _properties = [.. properties.Select(p =>
        {
            var name = new LiteralNode(JsonText.Quote(p.Name));
            return (p.Value, p.Required, new SequenceNode(SpaceNode.Instance, name, _colon, p.Value), new SequenceNode(_separator, name, _colon, p.Value));
        })];
        _further = further;
        if (further is null)
            return;
        var key = new KeyNode(properties.Select(p => p.Name));
        _furtherFirst = new SequenceNode(SpaceNode.Instance, key, _colon, further);
        _furtherNext = new SequenceNode(_separator, key, _colon, further);
    }

    /// <summary>Nodes made here, which must have their depth computed with the others.</summary>
    public IEnumerable<GrammarNode> Parts =>
        _properties.SelectMany(p => new GrammarNode[] { p.First, p.Next }).Concat(_furtherFirst is null ? [] : [_furtherFirst, _furtherNext!]);

    /// <summary>Nodes shared by all objects.</summary>
    public static IEnumerable<GrammarNode> SharedParts => [_open, _close, _separator, _colon];

    public override void Expand(GrammarStack frame, GrammarSteps output)
    {
        if (frame.A == 0)
        {
            output.Enter(_open, output.Push(this, frame.Below, 1));
            return;
        }
        var any = frame.C == 1;
        var next = frame.B;
        for (; next < _properties.Length; next++)
        {
            var property = _properties[next];
            output.Enter(any ? property.Next : property.First, output.Push(this, frame.Below, 1, next + 1, 1));
            if (property.Required)
                return;
        }
        if (_further is not null)
            output.Enter(any ? _furtherNext! : _furtherFirst!, output.Push(this, frame.Below, 1, next, 1));
        output.Enter(_close, frame.Below);
    }

    public override int Rest(GrammarStack frame)
    {
        var bytes = frame.A == 0 ? 2L : 1L;
        var any = frame.C == 1;
        foreach (var property in _properties.Skip(frame.B).Where(property => property.Required))
        {
            bytes += (any ? property.Next : property.First).MinimumBytes;
            any = true;
        }
        return Sum(bytes);
    }

    protected override int ComputeDetour() => _properties.Select(property => property.Required ? property.Next.LongestDetour : Detour(property.Next))
        .Append(_furtherNext is null ? 0 : Detour(_furtherNext)).Max();

    protected override int ComputeDepth()
    {
        var inside = Deepest(_properties.Where(p => p.Required).Select(p => p.Value));
        return inside == int.MaxValue ? inside : inside + 1;
    }
}
