using ChatApp.Inference.Constraints.Grammars;
using ChatApp.Inference.Tokens;

namespace ChatApp.Inference.Reasoning;

/// <summary>Leaves the reasoning free, though it may not end the answer, and keeps what follows it to a constraint.</summary>
internal sealed class AfterReasoning(ITokenConstraint answer, IDetokenizer detokenizer, IReadOnlyList<int> endTokens) : ITokenConstraint
{
    private string _tail = "";
    private bool _isOver;

    /// <inheritdoc/>
    public bool IsComplete => _isOver && answer.IsComplete;

    /// <inheritdoc/>
    public int TokensLeft { set => answer.TokensLeft = value; }

    /// <inheritdoc/>
    public bool TryGetMask(Span<ulong> allowedBits)
    {
        if (_isOver)
            return answer.TryGetMask(allowedBits);
        allowedBits.Fill(ulong.MaxValue);
        foreach (var token in endTokens)
        {
            if ((uint)token < (uint)(allowedBits.Length * 64))
                allowedBits[token >> 6] &= ~(1UL << (token & 63));
        }
        return true;
    }

    /// <inheritdoc/>
    public void Accept(int token)
    {
        if (_isOver)
        {
            answer.Accept(token);
            return;
        }
        var text = _tail + detokenizer.Append(token);
        var end = text.IndexOf(ReasoningMarks.Close, StringComparison.Ordinal);
        if (end < 0)
        {
            _tail = text[^Math.Min(text.Length, ReasoningMarks.Close.Length - 1)..];
            return;
        }
        // White space behind the mark belongs to neither; anything else has escaped the constraint.
        if (!string.IsNullOrWhiteSpace(text[(end + ReasoningMarks.Close.Length)..]))
            throw new ConstraintException("The reasoning's closing mark and the answer's first text are one token of this model.");
        _isOver = true;
    }
}
