using ChatApp.Inference.Answers;

namespace ChatApp.Inference.ToolCalls;

/// <summary>
/// Llama 3: the whole answer is one or more calls as JSON objects (<c>{"name": …, "parameters": …}</c>, separated by <c>;</c> or a comma),
/// perhaps after <c>&lt;|python_tag|&gt;</c>. An answer that begins otherwise, or whose JSON is no call, is text.
/// </summary>
internal sealed class BareJsonParser(IReadOnlyCollection<string>? offered) : IToolCallParser
{
    private const string Tag = "<|python_tag|>";

    private readonly HeldText _held = new();
    private CallObjectReader? _call;
    private CallObjectReader? _counted;
    private bool _isText;

    public int Calls { get; private set; }

    public int CompletedCalls { get; private set; }

    public void Append(string text, IAnswerSink sink)
    {
        _held.Append(text);
        while (_held.Length > 0 && Advance(sink))
        {
        }
    }

    public void Complete(IAnswerSink sink)
    {
        if (_call is { Started: false } unfinished)
            Emit(unfinished.Raw, sink);
        _call = null;
        var rest = _held.TakeAll();
        if (Calls == 0 || !string.IsNullOrWhiteSpace(rest))
            Emit(rest, sink);
    }

    private bool Advance(IAnswerSink sink)
    {
        if (_isText)
        {
            Text(sink);
            return _call is not null;
        }
        var text = _held.TakeAll();
        if (_call is not null)
        {
            var used = _call.Read(text, Calls - (_call.Started ? 1 : 0), sink);
            _held.Append(text.AsSpan(used));
            return AfterRead(sink);
        }
        var at = text.AsSpan().IndexOfAnyExcept(Calls > 0 ? " \t\r\n;," : " \t\r\n");
        if (at < 0)
        {
            _held.Append(text);
            return false;
        }
        var rest = text.AsSpan(at);
        if (rest.StartsWith(Tag))
            _held.Append(rest[Tag.Length..]);
        else if (Tag.AsSpan().StartsWith(rest))
        {
            _held.Append(rest);
            return false;
        }
        else if (rest[0] == '{')
        {
            _call = new CallObjectReader(ToolCallFormats.NewId, IsOffered);
            _held.Append(rest);
        }
        else
        {
            _held.Append(Calls > 0 ? rest : text);
            _isText = true;
        }
        return true;
    }

    private bool AfterRead(IAnswerSink sink)
    {
        var call = _call!;
        if (call.Started && _counted != call)
        {
            _counted = call;
            Calls++;
        }
        if (call.IsDone)
        {
            CompletedCalls++;
            _call = null;
            return true;
        }
        if (!call.IsFailed)
            return false;
        _call = null;
        _isText = true;
        if (!call.Started)
            Emit(call.Raw, sink);
        return true;
    }

    /// <summary>Text goes out as it is; only after the tag may a call still follow.</summary>
    private void Text(IAnswerSink sink)
    {
        var found = _held.TakeUntil(Tag, out var before);
        Emit(found ? before.TrimEnd() : before, sink);
        if (!found)
            return;
        _isText = false;
        _call = new CallObjectReader(ToolCallFormats.NewId);
    }

    private bool IsOffered(string name) => offered is null || offered.Contains(name);

    private static void Emit(string text, IAnswerSink sink)
    {
        if (text.Length > 0)
            sink.Content(text);
    }
}
