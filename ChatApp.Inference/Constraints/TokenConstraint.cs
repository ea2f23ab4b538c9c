using ChatApp.Inference.Constraints.Grammars;
using ChatApp.Inference.Tokens;

namespace ChatApp.Inference.Constraints;

/// <summary>Keeps one answer to a grammar, token by token. The answer may end only where the grammar does.</summary>
/// <param name="grammar">The grammar.</param>
/// <param name="start">What of it the answer has already; the whole grammar is <see cref="CompiledGrammar.Start"/>.</param>
internal sealed class TokenConstraint(CompiledGrammar grammar, GrammarState start) : ITokenConstraint
{
    private GrammarState _state = start;

    /// <inheritdoc/>
    public int TokensLeft { private get; set; } = int.MaxValue;

    /// <inheritdoc/>
    public bool IsComplete => _state.MayEnd && _state.Stacks.Length == 0;

    /// <inheritdoc/>
    public bool TryGetMask(Span<ulong> allowedBits)
    {
        if (!_state.MayEnd && grammar.Closing(_state, TokensLeft) is { } closing && (uint)closing < (uint)(allowedBits.Length * 64))
        {
            allowedBits[closing >> 6] |= 1UL << (closing & 63);
            return true;
        }
        ReadOnlySpan<ulong> mask = grammar.Mask(_state);
        mask[..Math.Min(mask.Length, allowedBits.Length)].CopyTo(allowedBits);
        if (_state.MayEnd)
        {
            foreach (var token in grammar.EndTokens)
            {
                if ((uint)token < (uint)(allowedBits.Length * 64))
                    allowedBits[token >> 6] |= 1UL << (token & 63);
            }
        }
        if (allowedBits.IndexOfAnyExcept(0UL) < 0)
            throw new ConstraintException("No token of the model's vocabulary can go on with the answer in the demanded form.");
        return true;
    }

    /// <inheritdoc/>
    public void Accept(int token)
    {
        var next = grammar.Advance(_state, grammar.BytesOf(token));
        if (ReferenceEquals(next, Grammar.Dead))
            throw new ConstraintException($"Token {token} does not fit the demanded form.");
        _state = next;
    }
}
