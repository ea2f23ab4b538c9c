using System.Text;
using ChatApp.Inference.Constraints;
using ChatApp.Inference.Constraints.Grammars;
using ChatApp.Inference.Reasoning;
using ChatApp.Inference.Tokens;

namespace ChatApp.Inference.ToolCalls;

/// <summary>
/// Leaves an answer free until the mark that opens a tool call, keeps what follows to one of the calls that can be made, and leaves it free
/// again behind that.
/// </summary>
/// <param name="call">A call, without the mark.</param>
/// <param name="mark">Opens a call.</param>
/// <param name="detokenizer">Of this answer alone.</param>
/// <param name="mayReason">Whether the model marks reasoning, in which a call's mark means nothing.</param>
/// <param name="isReasoning">Whether the answer begins inside it.</param>
internal sealed class BegunCalls(CompiledGrammar call, string mark, IDetokenizer detokenizer, bool mayReason, bool isReasoning) : ITokenConstraint
{
    private string _tail = "";
    private string _awaited = isReasoning ? ReasoningMarks.Close : mark;
    private bool _mayOpenReasoning = mayReason && !isReasoning;
    private TokenConstraint? _begun;

    /// <inheritdoc/>
    public bool IsComplete => false;

    /// <inheritdoc/>
    public int TokensLeft
    {
        set
        {
            if (_begun is not null)
                _begun.TokensLeft = value;
        }
    }

    /// <inheritdoc/>
    public bool TryGetMask(Span<ulong> allowedBits) => _begun?.TryGetMask(allowedBits) ?? false;

    /// <inheritdoc/>
    public void Accept(int token)
    {
        var text = detokenizer.Append(token);
        if (_begun is null)
        {
            Read(_tail + text);
            return;
        }
        _begun.Accept(token);
        if (_begun.IsComplete)
            _begun = null;
    }

    private void Read(string text)
    {
        if (_mayOpenReasoning)
        {
            var begun = text.AsSpan().TrimStart();
            if (begun.Length < ReasoningMarks.Open.Length && ReasoningMarks.Open.AsSpan().StartsWith(begun))
            {
                _tail = text;
                return;
            }
            _mayOpenReasoning = false;
            if (begun.StartsWith(ReasoningMarks.Open))
                _awaited = ReasoningMarks.Close;
        }
        var at = text.IndexOf(_awaited, StringComparison.Ordinal);
        if (at < 0)
        {
            _tail = text[^Math.Min(text.Length, _awaited.Length - 1)..];
            return;
        }
        var rest = text[(at + _awaited.Length)..];
        _tail = "";
        if (_awaited != mark)
        {
            _awaited = mark;
            Read(rest);
            return;
        }
        // What shares a token with the mark may be no beginning of a call; such text stays as free as without this constraint.
        var state = call.Advance(call.Start, Encoding.UTF8.GetBytes(rest));
        if (ReferenceEquals(state, Grammar.Dead))
            Read(rest);
        else
            _begun = new TokenConstraint(call, state);
    }
}
