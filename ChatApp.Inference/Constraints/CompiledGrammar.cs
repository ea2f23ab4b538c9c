using ChatApp.Inference.Constraints.Grammars;

namespace ChatApp.Inference.Constraints;

/// <summary>A grammar with the masks of its states for one vocabulary, remembered within bounds. Safe for concurrent use.</summary>
internal sealed class CompiledGrammar(GrammarNode root, Vocabulary vocabulary, IReadOnlyList<int> endTokens)
{
    private const long MaximumMaskBytes = 16L << 20;

    private readonly Lock _lock = new();
    private readonly Grammar _grammar = new(root);
    private readonly Queue<GrammarState> _masked = new();

    public GrammarState Start => _grammar.Start;

    /// <summary>Tokens that end the answer.</summary>
    public IReadOnlyList<int> EndTokens => endTokens;

    /// <summary>A constraint for one answer.</summary>
    public TokenConstraint Begin() => new(this, Start);

    /// <summary>The tokens that may follow a state; the array must not be changed.</summary>
    public ulong[] Mask(GrammarState state)
    {
        lock (_lock)
        {
            if (state.Mask is { } known)
                return known;
            _grammar.BeginMask();
            var mask = vocabulary.Mask(_grammar, state);
            state.Mask = mask;
            _masked.Enqueue(state);
            if (_masked.Count * (long)vocabulary.Words * sizeof(ulong) > MaximumMaskBytes)
                _masked.Dequeue().Mask = null;
            _grammar.Trim();
            return mask;
        }
    }

    /// <summary>The state after some bytes; <see cref="Grammar.Dead"/> when they do not fit.</summary>
    public GrammarState Advance(GrammarState state, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            _grammar.BeginMask();
            foreach (var b in bytes)
            {
                state = _grammar.Step(state, b);
                if (ReferenceEquals(state, Grammar.Dead))
                    break;
            }
            return state;
        }
    }

    /// <summary>The bytes of a token.</summary>
    public ReadOnlySpan<byte> BytesOf(int token) => vocabulary.BytesOf(token);
}
