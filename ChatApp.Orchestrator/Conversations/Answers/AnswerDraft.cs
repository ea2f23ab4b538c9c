using System.Text;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Tools;
using ChatApp.ServiceDefaults;
using Microsoft.Extensions.AI;

namespace ChatApp.Orchestrator.Conversations.Answers;

/// <summary>
/// An answer in its order: text, what the model thought, and the calls of tools in between. It is written by its turn and
/// read from anywhere.
/// </summary>
internal sealed class AnswerDraft
{
    private const string NoResult = "Error: the call was stopped before it had a result.";
    private const string Shortened = "\n[The rest of the result was left out: the prompt is full.]";

    private readonly Lock _gate = new();
    private readonly List<AnswerPart> _parts = [];
    private readonly StringBuilder _open = new();
    private bool _thinking;

    /// <summary>The parts so far.</summary>
    public IReadOnlyList<AnswerPart> Parts
    {
        get
        {
            lock (_gate)
                return _open.Length > 0 ? [.. _parts, Opened()] : [.. _parts];
        }
    }

    /// <summary>The text since the last call of a tool: what a broken generation goes on from.</summary>
    public string Tail => string.Concat(Parts.Reverse().TakeWhile(part => part.Tool is null).Reverse().Select(part => part.Text));

    /// <summary>What of the conversation the model was not given, in words for whoever reads the answer; null when it had all.</summary>
    public string? Trimmed { get; set; }

    public IReadOnlyList<ToolStep> Steps => [.. Parts.Select(part => part.Tool).OfType<ToolStep>()];

    public void Append(string text) => Append(text, thinking: false);

    /// <summary>Kept for those who read the answer; a model is never given it again.</summary>
    public void AppendReasoning(string text) => Append(text, thinking: true);

    public void Add(ToolStep step)
    {
        lock (_gate)
        {
            Close();
            _parts.Add(new AnswerPart(null, step));
        }
    }

    /// <summary>Takes over what came of a call that is there already.</summary>
    public void Finish(ToolStep step)
    {
        lock (_gate)
        {
            var index = _parts.FindIndex(part => part.Tool?.Id == step.Id);
            if (index >= 0)
                _parts[index] = new AnswerPart(null, step);
        }
    }

    /// <summary>
    /// The answer as a model is given it: an assistant's message for each round of calls, their results, and the text
    /// after the last one. What it thought is left out: models are made to think anew, and templates that want to see
    /// earlier thoughts are rare.
    /// </summary>
    /// <param name="mostResultBytes">Room for results together; where they have more, the oldest are cut.</param>
    /// <param name="withTail">Whether the text after the last call is a message of its own.</param>
    public IReadOnlyList<ChatMessage> ToMessages(int mostResultBytes = int.MaxValue, bool withTail = true)
    {
        var parts = Parts;
        var results = Results(parts, mostResultBytes);
        var messages = new List<ChatMessage>();
        var text = new StringBuilder();
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Tool is not { } first)
            {
                text.Append(parts[i].Text);
                continue;
            }

            var calls = new List<ToolStep>();
            while (i < parts.Count && parts[i].Tool is { } call && AreOfOneRound(call, first))
            {
                calls.Add(call);
                i++;
            }

            i--;
            messages.Add(new ChatMessage(ChatRole.Assistant,
                [new TextContent(text.ToString().TrimEnd()), .. calls.Select(call => MessageContents.Call(call.Id, call.Name, call.Arguments))]));
            messages.Add(new ChatMessage(ChatRole.Tool, [.. calls.Select(call => new FunctionResultContent(call.Id, results[call.Id]))]));
            text.Clear();
        }

        if (withTail && text.Length > 0)
            messages.Add(new ChatMessage(ChatRole.Assistant, text.ToString()));
        return messages;
    }

    private void Append(string text, bool thinking)
    {
        lock (_gate)
        {
            if (text.Length > 0 && thinking != _thinking)
                Close();
            _thinking = text.Length > 0 ? thinking : _thinking;
            _open.Append(text);
        }
    }

    private AnswerPart Opened() => _thinking ? new AnswerPart(null, null, _open.ToString()) : new AnswerPart(_open.ToString(), null);

    private void Close()
    {
        if (_open.Length > 0)
            _parts.Add(Opened());
        _open.Clear();
    }

    // A continued message has calls of several turns, each of which counts its rounds from 1: the id tells them apart.
    private static bool AreOfOneRound(ToolStep one, ToolStep other) =>
        one.Round == other.Round && one.Id.AsSpan(0, Math.Max(0, one.Id.LastIndexOf('_'))).SequenceEqual(other.Id.AsSpan(0, Math.Max(0, other.Id.LastIndexOf('_'))));

    private static Dictionary<string, string> Results(IReadOnlyList<AnswerPart> parts, int most)
    {
        var results = new Dictionary<string, string>();
        foreach (var step in parts.Select(part => part.Tool).OfType<ToolStep>().Reverse())
        {
            var result = step.Result ?? NoResult;
            var bytes = Encoding.UTF8.GetByteCount(result);
            if (bytes > most)
            {
                // No UTF-16 unit has more than three bytes.
                result = result.Beginning(Math.Max(0, most / 3)) + Shortened;
            }

            most = Math.Max(0, most - bytes);
            results[step.Id] = result;
        }

        return results;
    }
}

/// <summary>A piece of an answer: text, a call of a tool, or what the model thought on the way.</summary>
internal sealed record AnswerPart(string? Text, ToolStep? Tool, string? Reasoning = null);
