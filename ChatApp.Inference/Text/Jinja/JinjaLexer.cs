using System.Text;

namespace ChatApp.Inference.Text.Jinja;

/// <summary>
/// Splits a template into tokens, with white space handled as Hugging Face's environment has it: <c>trim_blocks</c> (the newline after a
/// block or comment goes), <c>lstrip_blocks</c> (blanks before a block at the start of a line go), <c>-</c> and <c>+</c> on tags,
/// and the template's last newline dropped.
/// </summary>
internal sealed class JinjaLexer
{
    private static readonly string[] _operators =
        ["**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ",", ".", ":", "|"];

    private readonly string _source;
    private readonly List<JinjaToken> _tokens = [];
    private int _at;
    private int _line = 1;

    private JinjaLexer(string source) => _source = source;

    public static List<JinjaToken> Tokenize(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (source.EndsWith('\n'))
            source = source[..^1];
        var lexer = new JinjaLexer(source);
        lexer.Run();
        lexer._tokens.Add(new JinjaToken(JinjaTokenKind.End, "", lexer._line));
        return lexer._tokens;
    }

    private void Run()
    {
        var trimLeft = Trim.None;
        while (_at < _source.Length)
        {
            var tag = NextTag(_at);
            var data = _source[_at..tag];
            if (trimLeft == Trim.All)
                data = data.TrimStart();
            else if (trimLeft == Trim.Newline && data.StartsWith('\n'))
                data = data[1..];
            if (tag == _source.Length)
            {
                AddData(data);
                return;
            }
            var sign = tag + 2 < _source.Length ? _source[tag + 2] : ' ';
            if (sign == '-')
                data = data.TrimEnd();
            else if (sign != '+' && _source[tag + 1] != '{')
                data = TrimLineStart(data, tag);
            AddData(data);
            Advance(tag);
            trimLeft = Tag(sign is '-' or '+');
        }
    }

    /// <summary>Reads one tag from its opening on; says how the text after it is trimmed.</summary>
    private Trim Tag(bool signed)
    {
        var kind = _source[_at + 1];
        Advance(_at + (signed ? 3 : 2));
        switch (kind)
        {
            case '#':
                var end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
                if (end < 0)
                    throw Fail("a comment is not closed");
                var minus = _source[end - 1] == '-';
                Advance(end + 2);
                return minus ? Trim.All : Trim.Newline;
            case '{':
                _tokens.Add(new JinjaToken(JinjaTokenKind.VariableBegin, "", _line));
                return Inside("}}", JinjaTokenKind.VariableEnd, Trim.None);
            default:
                var first = _tokens.Count;
                _tokens.Add(new JinjaToken(JinjaTokenKind.BlockBegin, "", _line));
                var trim = Inside("%}", JinjaTokenKind.BlockEnd, Trim.Newline);
                return _tokens.Count == first + 3 && _tokens[first + 1].Text == "raw" ? Raw(first, trim) : trim;
        }
    }

    private Trim Raw(int first, Trim trim)
    {
        _tokens.RemoveRange(first, _tokens.Count - first);
        var match = System.Text.RegularExpressions.Regex.Match(_source[_at..], @"\{%([-+]?)\s*endraw\s*([-+]?)%\}",
            System.Text.RegularExpressions.RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        if (!match.Success)
            throw Fail("a raw block is not closed");
        var data = _source.Substring(_at, match.Index);
        if (trim == Trim.All)
            data = data.TrimStart();
        else if (trim == Trim.Newline && data.StartsWith('\n'))
            data = data[1..];
        AddData(match.Groups[1].Value == "-" ? data.TrimEnd() : data);
        Advance(_at + match.Index + match.Length);
        return match.Groups[2].Value switch { "-" => Trim.All, "+" => Trim.None, _ => Trim.Newline };
    }

    private Trim Inside(string close, JinjaTokenKind closeKind, Trim plain)
    {
        var nesting = 0;
        while (true)
        {
            while (_at < _source.Length && char.IsWhiteSpace(_source[_at]))
                Advance(_at + 1);
            if (_at >= _source.Length)
                throw Fail("a tag is not closed");
            if (nesting == 0)
            {
                var sign = _source[_at] is '-' or '+' ? 1 : 0;
                if (string.CompareOrdinal(_source, _at + sign, close, 0, 2) == 0)
                {
                    var trim = sign == 0 ? plain : _source[_at] == '-' ? Trim.All : Trim.None;
                    _tokens.Add(new JinjaToken(closeKind, "", _line));
                    Advance(_at + sign + 2);
                    return trim;
                }
            }
            nesting += Element();
        }
    }

    /// <summary>Reads a name, literal or operator; returns the change of bracket nesting.</summary>
    private int Element()
    {
        var c = _source[_at];
        var start = _at;
        if (c is '"' or '\'')
        {
            StringLiteral(c);
            return 0;
        }
        if (char.IsAsciiDigit(c))
        {
            NumberLiteral();
            return 0;
        }
        if (char.IsLetter(c) || c == '_')
        {
            var end = _at;
            while (end < _source.Length && (char.IsLetterOrDigit(_source[end]) || _source[end] == '_'))
                end++;
            _tokens.Add(new JinjaToken(JinjaTokenKind.Name, _source[start..end], _line));
            Advance(end);
            return 0;
        }
        var op = Array.Find(_operators, o => string.CompareOrdinal(_source, _at, o, 0, o.Length) == 0)
            ?? throw Fail($"the character '{c}' is not expected in a tag");
        _tokens.Add(new JinjaToken(JinjaTokenKind.Operator, op, _line));
        Advance(_at + op.Length);
        return op is "(" or "[" or "{" ? 1 : op is ")" or "]" or "}" ? -1 : 0;
    }

    private void NumberLiteral()
    {
        var end = _at;
        var isFloat = false;
        while (end < _source.Length)
        {
            var c = _source[end];
            if (char.IsAsciiDigit(c) || c == '_')
                end++;
            else if (c == '.' && !isFloat && end + 1 < _source.Length && char.IsAsciiDigit(_source[end + 1]))
                (isFloat, end) = (true, end + 1);
            else if (c is 'e' or 'E' && end + 1 < _source.Length && (char.IsAsciiDigit(_source[end + 1]) || _source[end + 1] is '-' or '+'))
                (isFloat, end) = (true, end + 2);
            else
                break;
        }
        _tokens.Add(new JinjaToken(isFloat ? JinjaTokenKind.Float : JinjaTokenKind.Integer, _source[_at..end].Replace("_", "", StringComparison.Ordinal), _line));
        Advance(end);
    }

    private void StringLiteral(char quote)
    {
        var text = new StringBuilder();
        var at = _at + 1;
        while (true)
        {
            if (at >= _source.Length)
                throw Fail("a string is not closed");
            var c = _source[at++];
            if (c == quote)
                break;
            if (c != '\\' || at >= _source.Length)
            {
                text.Append(c);
                continue;
            }
            at = Escape(at, text);
        }
        _tokens.Add(new JinjaToken(JinjaTokenKind.Text, text.ToString(), _line));
        Advance(at);
    }

    private int Escape(int at, StringBuilder text)
    {
        var c = _source[at++];
        switch (c)
        {
            case 'n': text.Append('\n'); break;
            case 't': text.Append('\t'); break;
            case 'r': text.Append('\r'); break;
            case 'b': text.Append('\b'); break;
            case 'f': text.Append('\f'); break;
            case '\n': break;
            case '\\' or '\'' or '"': text.Append(c); break;
            case 'x' or 'u' or 'U':
                var digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
                if (at + digits > _source.Length || !int.TryParse(_source.AsSpan(at, digits), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var code))
                    throw Fail($"the escape \\{c} needs {digits} hexadecimal digits");
                text.Append(Rune.IsValid(code) ? new Rune(code).ToString() : "\uFFFD");
                at += digits;
                break;
            default: text.Append('\\').Append(c); break;
        }
        return at;
    }

    private int NextTag(int from)
    {
        for (var at = from; (at = _source.IndexOf('{', at)) >= 0 && at + 1 < _source.Length; at++)
        {
            if (_source[at + 1] is '{' or '%' or '#')
                return at;
        }
        return _source.Length;
    }

    private string TrimLineStart(string data, int tag)
    {
        var blanks = data.Length;
        while (blanks > 0 && data[blanks - 1] is ' ' or '\t')
            blanks--;
        var startsLine = blanks > 0 ? data[blanks - 1] == '\n' : tag - data.Length == 0 || _source[tag - data.Length - 1] == '\n';
        return startsLine ? data[..blanks] : data;
    }

    private void AddData(string data)
    {
        if (data.Length > 0)
            _tokens.Add(new JinjaToken(JinjaTokenKind.Data, data, _line));
    }

    private void Advance(int to)
    {
        _line += _source.AsSpan(_at, to - _at).Count('\n');
        _at = to;
    }

    private JinjaException Fail(string what) => new($"chat template, line {_line}: {what}.");

    private enum Trim
    {
        None,
        Newline,
        All,
    }
}
