namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>A JSON array. A is 0 before the bracket, else 1; B counts the items so far, no further than the bounds need.</summary>
internal sealed class ArrayNode : ExpandingNode
{
    private static readonly LiteralNode _open = new("[");
    private static readonly SequenceNode _close = new(SpaceNode.Instance, new LiteralNode("]"));
    private static readonly SequenceNode _separator = new(SpaceNode.Instance, new LiteralNode(","), SpaceNode.Instance);

    private readonly int _minimum;
    private readonly int _maximum;
    private readonly List<(GrammarNode Item, SequenceNode First, SequenceNode Next)> _items = [];

    /// <param name="leading">Items with a schema of their own (<c>prefixItems</c>).</param>
    /// <param name="item">Every further item; null allows none.</param>
    /// <param name="minimum">Fewest items.</param>
    /// <param name="maximum">Most items; <see cref="int.MaxValue"/> for no bound.</param>
    public ArrayNode(IEnumerable<GrammarNode> leading, GrammarNode? item, int minimum, int maximum)
    {
        foreach (var node in item is null ? leading : leading.Append(item))
            _items.Add((node, new SequenceNode(SpaceNode.Instance, node), new SequenceNode(_separator, node)));
        _minimum = minimum;
        _maximum = item is null ? Math.Min(maximum, _items.Count) : maximum;
    }

    public IEnumerable<GrammarNode> Parts => _items.SelectMany(i => new GrammarNode[] { i.First, i.Next });

    public static IEnumerable<GrammarNode> SharedParts => [_open, _close, _separator];

    public override void Expand(GrammarStack frame, GrammarSteps output)
    {
        if (frame.A == 0)
        {
            output.Enter(_open, output.Push(this, frame.Below, 1));
            return;
        }
        var count = frame.B;
        if (count < _maximum)
        {
            var item = _items[Math.Min(count, _items.Count - 1)];
            // Past the last bound the count no longer matters; holding it keeps the number of states small.
            var next = _maximum == int.MaxValue ? Math.Min(count + 1, Math.Max(_minimum, _items.Count)) : count + 1;
            output.Enter(count == 0 ? item.First : item.Next, output.Push(this, frame.Below, 1, next));
        }
        if (count >= _minimum)
            output.Enter(_close, frame.Below);
    }

    public override int Rest(GrammarStack frame)
    {
        var bytes = frame.A == 0 ? 2L : 1L;
        for (var count = frame.B; count < _minimum && bytes < Unknown; count++)
        {
            var item = _items[Math.Min(count, _items.Count - 1)];
            bytes += (count == 0 ? item.First : item.Next).MinimumBytes;
        }
        return Sum(bytes);
    }

    protected override int ComputeDetour() => _items.Count == 0 ? 0 : _items.Max(item => _maximum > _minimum ? Detour(item.Next) : item.Next.LongestDetour);

    protected override int ComputeDepth()
    {
        if (_minimum == 0)
            return 1;
        var inside = Deepest(_items.Take(_minimum).Select(i => i.Item));
        return inside == int.MaxValue ? inside : inside + 1;
    }
}
