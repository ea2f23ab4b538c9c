using ChatApp.Inference.Answers;

namespace ChatApp.Inference.ToolCalls;

/// <summary>Everything is text: no tools were offered.</summary>
internal sealed class PlainTextParser : IToolCallParser
{
    public int Calls => 0;

    public int CompletedCalls => 0;

    public void Append(string text, IAnswerSink sink)
    {
        if (text.Length > 0)
            sink.Content(text);
    }

    public void Complete(IAnswerSink sink)
    {
    }
}
