namespace ChatApp.Inference.Constraints;

/// <summary>A node that reads bytes.</summary>
internal abstract class ConsumingNode : GrammarNode
{
    /// <inheritdoc/>
    public sealed override int MinimumDepth => 0;

    /// <summary>Takes a byte at a position: adds to <paramref name="output"/> where it leads, or nothing when it does not fit.</summary>
    public abstract void Step(GrammarStack frame, byte value, GrammarSteps output);

    /// <summary>Whether the node may end at this position without another byte.</summary>
    public virtual bool MayEnd(GrammarStack frame) => false;
}
