using ChatApp.Inference.Answers;

namespace ChatApp.Inference.Reasoning;

/// <summary>
/// Tells what a model thinks from what it answers while the text streams. Reasoning stands at the start of an answer only: marks further
/// on are text. White space around it is dropped; what follows goes to the parser of tool calls.
/// </summary>
/// <param name="answer">Reads what is not reasoning.</param>
/// <param name="isOpen">Whether the answer begins inside the reasoning.</param>
internal sealed class ReasoningSplitter(IToolCallParser answer, bool isOpen) : IToolCallParser
{
    private readonly HeldText _held = new();
    private Part _part = isOpen ? Part.Reasoning : Part.Start;
    private bool _anyReasoning;

    private enum Part
    {
        /// <summary>Not yet known: nothing but white space or a part of the opening mark has come.</summary>
        Start,
        Reasoning,

        /// <summary>White space between the reasoning and the answer.</summary>
        Between,
        Answer,
    }

    public int Calls => answer.Calls;

    public int CompletedCalls => answer.CompletedCalls;

    public void Append(string text, IAnswerSink sink)
    {
        if (_part == Part.Answer)
        {
            answer.Append(text, sink);
            return;
        }
        _held.Append(text);
        if (_part == Part.Start)
            Begin();
        if (_part == Part.Reasoning)
            Reason(sink);
        if (_part == Part.Between && _held.TakeAll().TrimStart() is { Length: > 0 } rest)
        {
            _part = Part.Answer;
            answer.Append(rest, sink);
        }
        else if (_part == Part.Answer)
            answer.Append(_held.TakeAll(), sink);
    }

    public void Complete(IAnswerSink sink)
    {
        var rest = _held.TakeAll();
        if (_part == Part.Reasoning)
            Emit(rest, sink);
        else if (rest.Length > 0)
            answer.Append(rest, sink);
        answer.Complete(sink);
    }

    private void Begin()
    {
        var text = _held.TakeAll();
        var begun = text.AsSpan().TrimStart();
        if (begun.StartsWith(ReasoningMarks.Open))
        {
            _part = Part.Reasoning;
            _held.Append(begun[ReasoningMarks.Open.Length..]);
            return;
        }
        if (!ReasoningMarks.Open.AsSpan().StartsWith(begun))
            _part = Part.Answer;
        _held.Append(text);
    }

    private void Reason(IAnswerSink sink)
    {
        var found = _held.TakeUntil(ReasoningMarks.Close, out var before);
        Emit(found ? before.TrimEnd() : before, sink);
        if (found)
            _part = Part.Between;
    }

    private void Emit(string text, IAnswerSink sink)
    {
        if (!_anyReasoning)
            text = text.TrimStart();
        if (text.Length == 0)
            return;
        _anyReasoning = true;
        sink.Reasoning(text);
    }
}
