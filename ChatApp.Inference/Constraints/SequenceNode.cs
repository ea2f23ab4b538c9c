namespace ChatApp.Inference.Constraints;

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
