namespace ChatApp.Inference.Answers;

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

/// <summary>Receives an answer in parts: what the model thinks, text for the user, and tool calls whose arguments come in fragments of JSON.</summary>
internal interface IAnswerSink
{
    /// <summary>What the model thinks before it answers.</summary>
    void Reasoning(string text);

    /// <summary>Text of the answer.</summary>
    void Content(string text);

    /// <summary>A tool call begins; <paramref name="index"/> counts the calls of this answer from 0.</summary>
    void CallStarted(int index, string id, string name);

    /// <summary>More of the arguments of the call that began last.</summary>
    void CallArguments(int index, string fragment);
}
