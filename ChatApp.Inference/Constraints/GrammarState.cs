namespace ChatApp.Inference.Constraints;

/// <summary>Where a text may be in a grammar: all stacks that fit what was read. Immutable but for what is remembered of it.</summary>
internal sealed class GrammarState(GrammarStack[] stacks, bool mayEnd)
{
    /// <summary>Stacks whose top consumes bytes.</summary>
    public GrammarStack[] Stacks { get; } = stacks;

    /// <summary>Whether the text may end here.</summary>
    public bool MayEnd { get; } = mayEnd;

    /// <summary>States after each byte, as far as they have been asked for.</summary>
    public GrammarState?[]? Next { get; set; }

    /// <summary>Tokens that may follow, when they have been asked for.</summary>
    public ulong[]? Mask { get; set; }
}
