namespace ChatApp.Inference.Constraints;

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
