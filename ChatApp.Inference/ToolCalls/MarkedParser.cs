using ChatApp.Inference.Answers;

namespace ChatApp.Inference.ToolCalls;

/// <summary>
/// Calls between markers: one object (Hermes, Qwen), a list of objects (Mistral, Phi), or Mistral's newer <c>name[ARGS]{…}</c>.
/// White space around calls belongs to the markup; other text before and after is content.
/// </summary>
internal sealed class MarkedParser(string open, string? close, Func<string> newId, bool namedArguments = false) : IToolCallParser
{
    private readonly HeldText _held = new();
    private CallObjectReader? _call;
    private CallObjectReader? _counted;
    private bool _inside;
    private bool _list;
    private bool _afterCall;
    private bool _anyContent;
    private bool _namedCall;
    private int _depth;
    private bool _inString;
    private bool _escaped;
    private string _rawOfCalls = "";

    public int Calls { get; private set; }

    public int CompletedCalls { get; private set; }

    public void Append(string text, IAnswerSink sink)
    {
        _held.Append(text);
        while (_held.Length > 0 && (_inside ? Inside(sink) : Outside(sink)))
        {
        }
    }

    public void Complete(IAnswerSink sink)
    {
        if (_call is { Started: false } unfinished)
            Emit(_rawOfCalls + unfinished.Raw, sink);
        else if (_inside && _call is null && !_afterCall && !_namedCall)
            Emit(_rawOfCalls, sink);
        _call = null;
        var rest = _held.TakeAll();
        // Inside, the rest is markup that the end of the answer cut off.
        if (!_inside && !(Calls > 0 && string.IsNullOrWhiteSpace(rest)))
            Emit(rest, sink);
        else if (_inside && Calls == 0)
            Emit(rest, sink);
    }

    private bool Outside(IAnswerSink sink)
    {
        var found = _held.TakeUntil(open, out var before);
        if (found)
            before = before.TrimEnd();
        Emit(Calls > 0 && !_anyContent ? before.TrimStart() : before, sink);
        if (!found)
            return false;
        _inside = true;
        _list = _afterCall = _namedCall = false;
        _rawOfCalls = open;
        return true;
    }

    private bool Inside(IAnswerSink sink)
    {
        var text = _held.TakeAll();
        if (_namedCall)
        {
            _held.Append(text.AsSpan(NamedArguments(text, sink)));
            return !_namedCall;
        }
        if (_call is not null)
        {
            var used = _call.Read(text, Calls - (_call.Started ? 1 : 0), sink);
            _held.Append(text.AsSpan(used));
            return AfterRead(sink);
        }
        var at = text.AsSpan().IndexOfAnyExcept(" \t\r\n");
        if (at < 0)
            return false;
        var rest = text.AsSpan(at);
        if (rest[0] == '{')
        {
            _call = new CallObjectReader(newId);
            _held.Append(rest);
            return true;
        }
        if ((rest[0] == '[' && !_list && !_afterCall) || (rest[0] == ',' && _list))
        {
            _list = true;
            _rawOfCalls += rest[0];
            _held.Append(rest[1..]);
            return true;
        }
        if (rest[0] == ']' && _list)
        {
            _list = false;
            _afterCall = true;
            _held.Append(rest[1..]);
            if (close is null)
                _inside = false;
            return true;
        }
        return Marker(rest.ToString(), sink);
    }

    /// <summary>What is neither a call nor a list's punctuation: the closing marker, a call's name, or text that is no call at all.</summary>
    private bool Marker(string rest, IAnswerSink sink)
    {
        _held.Append(rest);
        if (close is not null && rest.StartsWith(close, StringComparison.Ordinal))
        {
            _held.TakeAll();
            _held.Append(rest.AsSpan(close.Length));
            _inside = false;
            return true;
        }
        if (close is not null && close.StartsWith(rest, StringComparison.Ordinal))
            return false;
        if (namedArguments && !_afterCall && NamedCall(rest, sink) is { } more)
            return more;
        _held.TakeAll();
        if (!_afterCall)
            Emit(_rawOfCalls, sink);
        _held.Append(rest);
        _inside = false;
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
            _afterCall = true;
            _rawOfCalls = "";
            return true;
        }
        if (!call.IsFailed)
            return false;
        _call = null;
        _inside = false;
        if (!call.Started)
            Emit(_rawOfCalls + call.Raw, sink);
        return true;
    }

    /// <summary>Mistral's <c>name[CALL_ID]id[ARGS]{…}</c>; null when the text is no such call, else whether to go on.</summary>
    private bool? NamedCall(string text, IAnswerSink sink)
    {
        var brace = text.IndexOf('{');
        var head = brace < 0 ? text : text[..brace];
        if (head.Length > 256 || !(char.IsLetter(head[0]) || head[0] == '_'))
            return null;
        if (brace < 0)
            return false;
        var name = head;
        foreach (var mark in (string[])["[ARGS]", "[CALL_ID]"])
        {
            var at = name.IndexOf(mark, StringComparison.Ordinal);
            name = at < 0 ? name : name[..at];
        }
        if (name.Trim().AsSpan().ContainsAny(" \t\r\n"))
            return null;
        _held.TakeAll();
        _held.Append(text.AsSpan(brace));
        sink.CallStarted(Calls++, newId(), name.Trim());
        _namedCall = true;
        _depth = 0;
        _inString = _escaped = false;
        return true;
    }

    private int NamedArguments(string text, IAnswerSink sink)
    {
        var used = 0;
        while (used < text.Length && _namedCall)
        {
            var c = text[used++];
            if (_inString)
            {
                _inString = c != '"' || _escaped;
                _escaped = c == '\\' && !_escaped;
            }
            else if (c == '"')
                _inString = true;
            else if (c is '{' or '[')
                _depth++;
            else if (c is '}' or ']' && --_depth == 0)
            {
                _namedCall = false;
                _inside = false;
                CompletedCalls++;
            }
        }
        sink.CallArguments(Calls - 1, text[..used]);
        return used;
    }

    private void Emit(string text, IAnswerSink sink)
    {
        if (text.Length == 0)
            return;
        _anyContent = true;
        sink.Content(text);
    }
}
