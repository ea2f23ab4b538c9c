namespace ChatApp.Inference.ToolCalls;

/// <summary>Tells tool calls from text while an answer streams. One instance per answer.</summary>
internal interface IToolCallParser
{
    /// <summary>Number of calls that have begun.</summary>
    int Calls { get; }

    /// <summary>Number of calls that have been read to the end of their arguments.</summary>
    int CompletedCalls { get; }

    /// <summary>Takes the next piece of the answer; what could be the start of a marker is held back.</summary>
    void Append(string text, IAnswerSink sink);

    /// <summary>The answer has ended: what was held back is given out, as text where it is no whole call.</summary>
    void Complete(IAnswerSink sink);
}
