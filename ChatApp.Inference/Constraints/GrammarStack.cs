namespace ChatApp.Inference.Constraints;

/// <summary>A frame and those below it; immutable and interned, so that equal stacks are one object.</summary>
internal sealed class GrammarStack(GrammarNode node, int a, int b, int c, GrammarStack? below)
{
    public GrammarNode Node { get; } = node;

    /// <summary>The node, where it reads bytes; else null.</summary>
    public ConsumingNode? Reader { get; } = node as ConsumingNode;

    public int A { get; } = a;

    public int B { get; } = b;

    public int C { get; } = c;

    public GrammarStack? Below { get; } = below;

    /// <summary>Containers (objects, arrays) among the frames.</summary>
    public int Containers { get; } = (below?.Containers ?? 0) + (node is ObjectNode or ArrayNode ? 1 : 0);

    public int Height { get; } = (below?.Height ?? 0) + 1;
}
