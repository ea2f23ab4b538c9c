using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Inference.Endpoints.Answers;

internal static class FinishReasons
{
    public static string Name(FinishReason reason, bool calledTools) => reason switch
    {
        FinishReason.Stop => calledTools ? "tool_calls" : "stop",
        FinishReason.Length => "length",
        FinishReason.Cancelled => "cancelled",
        _ => "error",
    };
}
