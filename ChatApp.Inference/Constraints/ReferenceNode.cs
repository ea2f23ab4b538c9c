namespace ChatApp.Inference.Constraints;

/// <summary>Stands for a node that is still being compiled, which is what makes recursion possible.</summary>
internal sealed class ReferenceNode : ExpandingNode
{
    public GrammarNode? Target { get; set; }

    public override void Expand(GrammarStack frame, GrammarSteps output) => output.Enter(Target!, frame.Below);

    protected override int ComputeDepth() => Target?.MinimumDepth ?? int.MaxValue;
}
