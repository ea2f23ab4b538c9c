using System.Text;
using ChatApp.Inference.Answers;

namespace ChatApp.Tests.Inference.ToolCalls;

internal sealed class RecordingSink : IAnswerSink
{
    private readonly StringBuilder _reasoning = new();
    private readonly StringBuilder _content = new();

    public string Thought => _reasoning.ToString();

    public string Text => _content.ToString();

    public List<(string Id, string Name, StringBuilder Arguments)> Calls { get; } = [];

    public int Fragments { get; private set; }

    public void Reasoning(string text)
    {
        text.ShouldNotBeEmpty();
        _reasoning.Append(text);
    }

    public void Content(string text)
    {
        text.ShouldNotBeEmpty();
        _content.Append(text);
    }

    public void CallStarted(int index, string id, string name)
    {
        index.ShouldBe(Calls.Count);
        Calls.Add((id, name, new StringBuilder()));
    }

    public void CallArguments(int index, string fragment)
    {
        index.ShouldBe(Calls.Count - 1);
        Fragments++;
        Calls[index].Arguments.Append(fragment);
    }

    public override string ToString() => $"[{Text}]" + string.Concat(Calls.Select(c => $" {c.Name}({c.Arguments})"));
}
