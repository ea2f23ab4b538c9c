namespace ChatApp.Inference.ToolCalls;

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
