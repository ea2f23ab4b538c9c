using System.Text;
using System.Text.Json;
using ChatApp.Inference.Answers;

namespace ChatApp.Inference.ToolCalls;

/// <summary>
/// Reads one call, <c>{"name": "f", "arguments": {…}}</c>, character by character as it is generated: the name as soon as it is complete,
/// then the text of the arguments as it comes. <c>parameters</c> is taken for <c>arguments</c>; other members are skipped;
/// <c>{"type": "function", "function": {…}}</c> is unwrapped.
/// </summary>
internal sealed class CallObjectReader(Func<string> newId, Func<string, bool>? isCall = null)
{
    private const int MaximumDepth = 128;

    private readonly StringBuilder _raw = new();
    private readonly StringBuilder _member = new();
    private readonly StringBuilder _arguments = new();
    private readonly StringBuilder _fragment = new();
    private State _state = State.Start;
    private string _key = "";
    private string? _name;
    private int _wrappers;
    private int _valueDepth;
    private bool _inString;
    private bool _escaped;
    private bool _started;

    private enum State
    {
        Start,
        BeforeKey,
        Key,
        BeforeColon,
        BeforeValue,
        Value,
        AfterValue,
        Done,
        Failed,
    }

    /// <summary>The object has been read to its closing brace.</summary>
    public bool IsDone => _state == State.Done;

    /// <summary>The text is no call; <see cref="Raw"/> has what was read of it.</summary>
    public bool IsFailed => _state == State.Failed;

    /// <summary>Whether the name was known and the call given out.</summary>
    public bool Started => _started;

    /// <summary>All text read so far.</summary>
    public string Raw => _raw.ToString();

    /// <summary>Reads from <paramref name="text"/>; returns how many characters belong to the object.</summary>
    public int Read(ReadOnlySpan<char> text, int index, IAnswerSink sink)
    {
        var used = 0;
        while (used < text.Length && !IsDone && !IsFailed)
        {
            var c = text[used];
            if (!_started)
                _raw.Append(c);
            used++;
            Step(c);
            if (_name is not null && !_started && (_state == State.Value ? IsArguments(_key) : _arguments.Length > 0 || IsDone))
                Start(index, sink);
        }
        if (_started && _fragment.Length > 0)
        {
            sink.CallArguments(index, _fragment.ToString());
            _fragment.Clear();
        }
        return used;
    }

    private static bool IsArguments(string key) => key is "arguments" or "parameters";

    private void Start(int index, IAnswerSink sink)
    {
        if (isCall?.Invoke(_name!) == false)
        {
            _state = State.Failed;
            return;
        }

        _started = true;
        sink.CallStarted(index, newId(), _name!);
        if (IsDone && _arguments.Length == 0)
            _fragment.Append("{}");
    }

    private void Step(char c)
    {
        switch (_state)
        {
            case State.Start:
                if (c == '{')
                    _state = State.BeforeKey;
                else if (!char.IsWhiteSpace(c))
                    _state = State.Failed;
                break;
            case State.BeforeKey:
                if (c == '"')
                {
                    _member.Clear();
                    _state = State.Key;
                }
                else if (c == '}')
                    Close();
                else if (!char.IsWhiteSpace(c) && c != ',')
                    _state = State.Failed;
                break;
            case State.Key:
                if (c == '"' && !_escaped)
                {
                    _key = _member.ToString();
                    _state = State.BeforeColon;
                }
                else
                    _member.Append(c);
                _escaped = c == '\\' && !_escaped;
                break;
            case State.BeforeColon:
                _state = c == ':' ? State.BeforeValue : char.IsWhiteSpace(c) ? _state : State.Failed;
                break;
            case State.BeforeValue:
                if (!char.IsWhiteSpace(c))
                    BeginValue(c);
                break;
            case State.Value:
                Value(c);
                break;
            case State.AfterValue:
                if (c == ',')
                    _state = State.BeforeKey;
                else if (c == '}')
                    Close();
                else if (!char.IsWhiteSpace(c))
                    _state = State.Failed;
                break;
        }
    }

    private void BeginValue(char c)
    {
        if (_key == "function" && c == '{' && _wrappers < 4)
        {
            _wrappers++;
            _state = State.BeforeKey;
            return;
        }
        _state = State.Value;
        _member.Clear();
        _valueDepth = 0;
        _inString = false;
        _escaped = false;
        Value(c);
    }

    private void Value(char c)
    {
        if (_inString)
        {
            Keep(c);
            if (c == '"' && !_escaped)
            {
                _inString = false;
                if (_valueDepth == 0)
                    EndValue();
            }
            _escaped = c == '\\' && !_escaped;
            return;
        }
        switch (c)
        {
            case '"':
                _inString = true;
                _escaped = false;
                Keep(c);
                break;
            case '{' or '[':
                if (++_valueDepth > MaximumDepth)
                    _state = State.Failed;
                Keep(c);
                break;
            case '}' or ']' when _valueDepth > 0:
                Keep(c);
                if (--_valueDepth == 0)
                    EndValue();
                break;
            case '}':
                EndValue();
                Close();
                break;
            case ',' when _valueDepth == 0:
                EndValue();
                _state = State.BeforeKey;
                break;
            default:
                Keep(c);
                break;
        }
    }

    private void Keep(char c)
    {
        // Arguments that are themselves a text of JSON are given out unescaped when complete.
        if (IsArguments(_key) && !(_valueDepth == 0 && (_inString || c == '"')))
        {
            _arguments.Append(c);
            _fragment.Append(c);
        }
        else
            _member.Append(c);
    }

    private void EndValue()
    {
        _state = State.AfterValue;
        var text = _member.ToString();
        if (_key == "name")
            _name = Unquote(text);
        else if (IsArguments(_key) && _arguments.Length == 0 && Unquote(text) is { } inner)
        {
            _arguments.Append(inner);
            _fragment.Append(inner);
        }
    }

    private void Close()
    {
        if (_wrappers-- > 0)
            _state = State.AfterValue;
        else
            _state = _name is null ? State.Failed : State.Done;
    }

    private static string? Unquote(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<string>(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
