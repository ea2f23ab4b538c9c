namespace ChatApp.Inference.Constraints;

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
