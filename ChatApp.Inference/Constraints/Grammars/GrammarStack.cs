namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>A frame and those below it; immutable and interned, so that equal stacks are one object.</summary>
internal sealed class GrammarStack(GrammarNode node, int a, int b, int c, GrammarStack? below)
{
    private int? _rest;

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

    /// <summary>Bytes of the shortest text that ends all frames.</summary>
    public int Rest => _rest ??= Math.Min(GrammarNode.Unknown, Node.Rest(this) + (Below?.Rest ?? 0));
}

/// <summary>Where a text may be in a grammar: all stacks that fit what was read. Immutable but for what is remembered of it.</summary>
internal sealed class GrammarState(GrammarStack[] stacks, bool mayEnd)
{
    private int? _rest;

    /// <summary>Stacks whose top consumes bytes.</summary>
    public GrammarStack[] Stacks { get; } = stacks;

    /// <summary>Whether the text may end here.</summary>
    public bool MayEnd { get; } = mayEnd;

    /// <summary>Bytes of the shortest text that may follow and end.</summary>
    public int Rest => _rest ??= MayEnd ? 0 : Stacks.Min(stack => stack.Rest);

    /// <summary>States after each byte, as far as they have been asked for.</summary>
    public GrammarState?[]? Next { get; set; }

    /// <summary>Tokens that may follow, when they have been asked for.</summary>
    public ulong[]? Mask { get; set; }
}
