namespace ChatApp.Inference.Constraints;

/// <summary>A node that reads nothing itself: a position in it stands for frames of other nodes.</summary>
internal abstract class ExpandingNode : GrammarNode
{
    private int _depth = int.MaxValue;

    /// <inheritdoc/>
    public sealed override int MinimumDepth => _depth;

    /// <summary>What the position stands for.</summary>
    public abstract void Expand(GrammarStack frame, GrammarSteps output);

    /// <summary>Recomputes <see cref="MinimumDepth"/> from the nodes inside; says whether it changed.</summary>
    public bool UpdateDepth()
    {
        var depth = ComputeDepth();
        if (depth >= _depth)
            return false;
        _depth = depth;
        return true;
    }

    /// <summary>The depth as far as the nodes inside know theirs.</summary>
    protected abstract int ComputeDepth();

    protected static int Deepest(IEnumerable<GrammarNode> nodes)
    {
        var deepest = 0;
        foreach (var node in nodes)
            deepest = Math.Max(deepest, node.MinimumDepth);
        return deepest;
    }
}
