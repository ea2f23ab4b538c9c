namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>
/// A part of a grammar over bytes. An automaton's stack holds frames, each a node with a position inside it (<c>A</c>, <c>B</c>, <c>C</c>,
/// whose meaning is the node's own). A node either reads bytes (<see cref="ConsumingNode"/>) or stands for other frames (<see cref="ExpandingNode"/>).
/// </summary>
internal abstract class GrammarNode
{
    /// <summary>Depth of containers that the shortest text of this node needs; large while unknown, and for nodes that never end.</summary>
    public abstract int MinimumDepth { get; }

    /// <summary>Bytes of the shortest text of this node; <see cref="Unknown"/> while unknown, and for nodes that never end.</summary>
    public abstract int MinimumBytes { get; }

    /// <summary>By how many bytes, at most, what is still needed grows when something is begun that could have been left out.</summary>
    public virtual int LongestDetour => 0;

    /// <summary>More bytes than any text has.</summary>
    public const int Unknown = 1 << 24;

    /// <summary>Bytes with which a frame of this node can end from its position, without those of the frames below.</summary>
    public abstract int Rest(GrammarStack frame);

    protected static int Sum(long bytes) => (int)Math.Min(bytes, Unknown);
}

/// <summary>A node that reads bytes.</summary>
internal abstract class ConsumingNode : GrammarNode
{
    /// <inheritdoc/>
    public sealed override int MinimumDepth => 0;

    /// <inheritdoc/>
    public sealed override int MinimumBytes => Rest(new GrammarStack(this, 0, 0, 0, null));

    /// <summary>Takes a byte at a position: adds to <paramref name="output"/> where it leads, or nothing when it does not fit.</summary>
    public abstract void Step(GrammarStack frame, byte value, GrammarSteps output);

    /// <summary>Whether the node may end at this position without another byte.</summary>
    public virtual bool MayEnd(GrammarStack frame) => false;
}
