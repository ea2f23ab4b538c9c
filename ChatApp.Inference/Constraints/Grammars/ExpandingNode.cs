namespace ChatApp.Inference.Constraints.Grammars;

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

/// <summary>Parts one after another. A is the next part.</summary>
internal sealed class SequenceNode(params GrammarNode[] parts) : ExpandingNode
{
    public override void Expand(GrammarStack frame, GrammarSteps output)
    {
        var rest = frame.A + 1 < parts.Length ? output.Push(this, frame.Below, frame.A + 1) : frame.Below;
        output.Enter(parts[frame.A], rest);
    }

    protected override int ComputeDepth() => Deepest(parts);
}

/// <summary>One of several alternatives.</summary>
internal sealed class ChoiceNode(IReadOnlyList<GrammarNode> alternatives) : ExpandingNode
{
    public override void Expand(GrammarStack frame, GrammarSteps output)
    {
        foreach (var alternative in alternatives)
            output.Enter(alternative, frame.Below);
    }

    protected override int ComputeDepth() => alternatives.Min(a => a.MinimumDepth);
}

/// <summary>One part, then the same again behind a separator, up to a number of times. A counts the parts begun.</summary>
internal sealed class RepeatNode(GrammarNode first, GrammarNode next, int maximum) : ExpandingNode
{
    public override void Expand(GrammarStack frame, GrammarSteps output)
    {
        if (frame.A == 0)
        {
            output.Enter(first, output.Push(this, frame.Below, 1));
            return;
        }
        output.End(frame);
        if (frame.A < maximum)
            output.Enter(next, output.Push(this, frame.Below, frame.A + 1));
    }

    protected override int ComputeDepth() => first.MinimumDepth;
}

/// <summary>Stands for a node that is still being compiled, which is what makes recursion possible.</summary>
internal sealed class ReferenceNode : ExpandingNode
{
    public GrammarNode? Target { get; set; }

    public override void Expand(GrammarStack frame, GrammarSteps output) => output.Enter(Target!, frame.Below);

    protected override int ComputeDepth() => Target?.MinimumDepth ?? int.MaxValue;
}
