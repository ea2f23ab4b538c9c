using ChatApp.Inference.Answers;
using ChatApp.Inference.Endpoints.Requests;
using ChatApp.Inference.Reasoning;
using ChatApp.Inference.Serving;
using ChatApp.Inference.ToolCalls;

namespace ChatApp.Inference.Endpoints.Answers;

/// <summary>Makes the parsers of a request's answers: reasoning first where the model marks it, then tool calls where they may be made.</summary>
internal sealed class AnswerParsers
{
    private readonly ToolCallFormat _calls;
    private readonly bool _splitReasoning;
    private readonly string[] _offered;

    public AnswerParsers(ServedModel model, ChatRequest request, ReadOnlySpan<int> prompt)
    {
        _calls = request.ToolChoice.Mode == ToolChoiceMode.None ? ToolCallFormat.None : model.ToolCallFormat;
        _offered = [.. request.Tools.Select(tool => tool.Name)];
        _splitReasoning = model.Reasoning == ReasoningFormat.ThinkTags;
        BeginReasoning = _splitReasoning && ReasoningMarks.IsOpen(request.Template, prompt, model.Tokenizer);
    }

    /// <summary>Whether answers begin inside the reasoning.</summary>
    public bool BeginReasoning { get; }

    /// <summary>Whether tool calls are read.</summary>
    public bool ReadCalls => _calls != ToolCallFormat.None;

    /// <summary>A parser for one answer.</summary>
    public IToolCallParser Create()
    {
        var parser = ToolCallFormats.CreateParser(_calls, _offered);
        return _splitReasoning ? new ReasoningSplitter(parser, BeginReasoning) : parser;
    }
}
