using ChatApp.Inference.Answers;
using ChatApp.Inference.Tokens;

namespace ChatApp.Inference.ToolCalls;

/// <summary>Ends an answer behind its first whole tool call (<c>parallel_tool_calls: false</c>) and leaves its form to another constraint, if there is one.</summary>
internal sealed class FirstCallOnly(IDetokenizer detokenizer, IToolCallParser parser, ITokenConstraint? form) : ITokenConstraint, IAnswerSink
{
    /// <inheritdoc/>
    public bool IsComplete => parser.CompletedCalls > 0;

    /// <inheritdoc/>
    public int TokensLeft
    {
        set
        {
            if (form is not null)
                form.TokensLeft = value;
        }
    }

    /// <inheritdoc/>
    public bool TryGetMask(Span<ulong> allowedBits) => form?.TryGetMask(allowedBits) ?? false;

    /// <inheritdoc/>
    public void Accept(int token)
    {
        form?.Accept(token);
        parser.Append(detokenizer.Append(token), this);
    }

    void IAnswerSink.Reasoning(string text)
    {
        // Whoever answers the request reads the text; here only the end of the call matters.
    }

    void IAnswerSink.Content(string text)
    {
    }

    void IAnswerSink.CallStarted(int index, string id, string name)
    {
    }

    void IAnswerSink.CallArguments(int index, string fragment)
    {
    }
}
