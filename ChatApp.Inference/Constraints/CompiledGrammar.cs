using ChatApp.Inference.Constraints.Grammars;

namespace ChatApp.Inference.Constraints;

/// <summary>A grammar with the masks of its states for one vocabulary, remembered within bounds. Safe for concurrent use.</summary>
internal sealed class CompiledGrammar(GrammarNode root, Vocabulary vocabulary, IReadOnlyList<int> endTokens)
{
    private const long MaximumMaskBytes = 16L << 20;
    private const int Spare = 8;
    private const int LongestToken = 32;
    private const int LongestSample = 256;

    private readonly Lock _lock = new();
    private readonly Grammar _grammar = new(root);
    private readonly Queue<GrammarState> _masked = new();
    private double _tokensPerByte;

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

    /// <summary>
    /// The token with which an answer begins to end when it may have only so many more; null while there is room for more than that.
    /// Reckoned with as many bytes a token as this grammar's shortest text has, and room for something begun just now.
    /// </summary>
    public int? Closing(GrammarState state, int tokensLeft)
    {
        lock (_lock)
        {
            // No token is shorter than a byte: far from the end nothing has to be reckoned.
            if (tokensLeft > state.Rest + root.LongestDetour + Spare)
                return null;
            if (tokensLeft > ((state.Rest + root.LongestDetour) * TokensPerByte) + Spare)
                return null;
            _grammar.BeginMask();
            return vocabulary.LongestToken(_grammar.ShortestEnd(state, LongestToken));
        }
    }

    /// <summary>Of the shortest text, as the longest tokens write it.</summary>
    private double TokensPerByte
    {
        get
        {
            if (_tokensPerByte > 0)
                return _tokensPerByte;
            ReadOnlySpan<byte> text = _grammar.ShortestEnd(Start, LongestSample);
            int bytes = text.Length, tokens = 0;
            while (!text.IsEmpty)
            {
                tokens++;
                text = text[(vocabulary.LongestToken(text) is { } token ? BytesOf(token).Length : 1)..];
            }
            return _tokensPerByte = bytes == 0 ? 1 : (double)tokens / bytes;
        }
    }

    /// <summary>The bytes of a token.</summary>
    public ReadOnlySpan<byte> BytesOf(int token) => vocabulary.BytesOf(token);
}
