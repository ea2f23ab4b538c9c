namespace ChatApp.Inference.Constraints;

/// <summary>
/// A part of a grammar over bytes. An automaton's stack holds frames, each a node with a position inside it (<c>A</c>, <c>B</c>, <c>C</c>,
/// whose meaning is the node's own). A node either reads bytes (<see cref="ConsumingNode"/>) or stands for other frames (<see cref="ExpandingNode"/>).
/// </summary>
internal abstract class GrammarNode
{
    /// <summary>Depth of containers that the shortest text of this node needs; large while unknown, and for nodes that never end.</summary>
    public abstract int MinimumDepth { get; }
}
