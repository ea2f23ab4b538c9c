namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>A node that reads nothing itself: a position in it stands for frames of other nodes.</summary>
internal abstract class ExpandingNode : GrammarNode
{
    private int _depth = int.MaxValue;
    private int _bytes = Unknown;
    private int _detour;

    /// <inheritdoc/>
    public sealed override int MinimumDepth => _depth;

    /// <inheritdoc/>
    public sealed override int MinimumBytes => _bytes;

    /// <inheritdoc/>
    public sealed override int LongestDetour => _detour;

    /// <summary>What the position stands for.</summary>
    public abstract void Expand(GrammarStack frame, GrammarSteps output);

    /// <summary>Recomputes what is known of its texts from the nodes inside; says whether it changed.</summary>
    public bool Update()
    {
        var before = (_depth, _bytes, _detour);
        _depth = Math.Min(_depth, ComputeDepth());
        _bytes = Math.Min(_bytes, Rest(new GrammarStack(this, 0, 0, 0, null)));
        _detour = Math.Max(_detour, ComputeDetour());
        return before != (_depth, _bytes, _detour);
    }

    /// <summary>The longest detour as far as the nodes inside know theirs.</summary>
    protected abstract int ComputeDetour();

    /// <summary>What beginning a part costs that could be left out, or anything inside it; nothing while its size is unknown.</summary>
    protected static int Detour(GrammarNode part) => part.MinimumBytes >= Unknown ? 0 : Math.Max(part.MinimumBytes, part.LongestDetour);

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

    public override int Rest(GrammarStack frame) => Sum(parts.Skip(frame.A).Sum(part => (long)part.MinimumBytes));

    protected override int ComputeDepth() => Deepest(parts);

    protected override int ComputeDetour() => parts.Max(part => part.LongestDetour);
}

/// <summary>One of several alternatives.</summary>
internal sealed class ChoiceNode(IReadOnlyList<GrammarNode> alternatives) : ExpandingNode
{
    public override void Expand(GrammarStack frame, GrammarSteps output)
    {
        foreach (var alternative in alternatives)
            output.Enter(alternative, frame.Below);
    }

    public override int Rest(GrammarStack frame) => alternatives.Min(a => a.MinimumBytes);

    protected override int ComputeDepth() => alternatives.Min(a => a.MinimumDepth);

    protected override int ComputeDetour() =>
        Math.Max(alternatives.Max(a => a.MinimumBytes >= Unknown ? 0 : a.MinimumBytes) - alternatives.Min(a => a.MinimumBytes), alternatives.Max(a => a.LongestDetour));
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

    public override int Rest(GrammarStack frame) => frame.A == 0 ? first.MinimumBytes : 0;

    protected override int ComputeDepth() => first.MinimumDepth;

    protected override int ComputeDetour() => Math.Max(first.LongestDetour, maximum > 1 ? Detour(next) : 0);
}

/// <summary>Stands for a node that is still being compiled, which is what makes recursion possible.</summary>
internal sealed class ReferenceNode : ExpandingNode
{
    public GrammarNode? Target { get; set; }

    public override void Expand(GrammarStack frame, GrammarSteps output) => output.Enter(Target!, frame.Below);

    public override int Rest(GrammarStack frame) => Target?.MinimumBytes ?? Unknown;

    protected override int ComputeDepth() => Target?.MinimumDepth ?? int.MaxValue;

    protected override int ComputeDetour() => Target?.LongestDetour ?? 0;
}
