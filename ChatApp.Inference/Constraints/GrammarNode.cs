namespace ChatApp.Inference.Constraints;

/// <summary>
/// A part of a grammar over bytes. An automaton's stack holds frames, each a node with a position inside it (<c>A</c>, <c>B</c>, <c>C</c>,
/// whose meaning is the node's own). A node either consumes bytes or expands into other frames.
/// </summary>
internal abstract class GrammarNode
{
    private int _depth = int.MaxValue;

    /// <summary>Depth of containers that the shortest text of this node needs; large while unknown, and for nodes that never end.</summary>
    public int MinimumDepth => Consumes ? 0 : _depth;

    /// <summary>True when frames of this node consume bytes.</summary>
    public abstract bool Consumes { get; }

    /// <summary>Recomputes <see cref="MinimumDepth"/> from the nodes inside; says whether it changed.</summary>
    public bool UpdateDepth()
    {
        if (Consumes)
            return false;
        var depth = ComputeDepth();
        if (depth >= _depth)
            return false;
        _depth = depth;
        return true;
    }

    /// <summary>For consuming nodes: takes a byte at a position.</summary>
    public virtual void Step(GrammarStack frame, byte value, GrammarSteps output) => throw new NotSupportedException();

    /// <summary>For consuming nodes: whether the node may end at this position.</summary>
    public virtual bool MayEnd(GrammarStack frame) => false;

    /// <summary>For other nodes: what the position stands for.</summary>
    public virtual void Expand(GrammarStack frame, GrammarSteps output) => throw new NotSupportedException();

    /// <summary>For other nodes: the depth as far as the nodes inside know theirs.</summary>
    protected virtual int ComputeDepth() => 0;

    protected static int Deepest(IEnumerable<GrammarNode> nodes)
    {
        var deepest = 0;
        foreach (var node in nodes)
            deepest = Math.Max(deepest, node.MinimumDepth);
        return deepest;
    }
}
