using ChatApp.Inference.Engine;
using ChatApp.Inference.Serving;

namespace ChatApp.Inference.Endpoints;

/// <summary>What restricts the form of an answer: a response format, or a tool call that is demanded.</summary>
internal static class AnswerConstraint
{
    public static Func<ITokenConstraint?>? Create(ServedModel model, ChatRequest request)
    {
        _ = model;
        if (request.Format is not null)
            throw ApiException.Invalid("response_format", "response_format is not available yet.", "unsupported_parameter");
        if (request.ToolChoice.IsForced)
            throw ApiException.Invalid("tool_choice", "A forced tool_choice is not available yet.", "unsupported_parameter");
        return null;
    }
}
