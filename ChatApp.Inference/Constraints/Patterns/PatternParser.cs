using System.Globalization;
using ChatApp.Inference.Constraints.Characters;
using ChatApp.ServiceDefaults;

namespace ChatApp.Inference.Constraints.Patterns;

/// <summary>
/// Parses a schema's <c>pattern</c> (ECMA-262 syntax) straight into an automaton. A pattern matches anywhere in the text unless anchored;
/// anchors are understood at the ends of alternatives. Back references and look-around, which no automaton has, are refused.
/// </summary>
internal sealed class PatternParser
{
    private const int MaximumLength = 2000;
    private const int MaximumDepth = 40;
    private const int MaximumRepeat = 1000;

    private readonly string _pattern;
    private readonly string _path;
    private readonly PatternNfa _nfa;
    private int _at;
    private int _depth;

    private PatternParser(string pattern, string path)
    {
        _pattern = pattern;
        _path = path;
        _nfa = new PatternNfa(path);
    }

    /// <summary>Compiles a pattern.</summary>
    public static (PatternNfa Nfa, int Start, int End) Parse(string pattern, string path)
    {
        if (pattern.Length > MaximumLength)
            throw new SchemaException($"{path}: the pattern has {pattern.Length} characters; at most {MaximumLength} are accepted.");
        var parser = new PatternParser(pattern, path);
        var whole = parser.Alternatives(top: true);
        if (parser._at < pattern.Length)
            throw parser.Fail($"'{pattern[parser._at]}' is not expected");
        return (parser._nfa, whole.Start, whole.End);
    }

    private (int Start, int End) Alternatives(bool top)
    {
        if (++_depth > MaximumDepth)
            throw Fail($"groups are nested deeper than {MaximumDepth}");
        var end = _nfa.Add();
        var start = -1;
        do
        {
            var (from, to) = Alternative(top);
            _nfa.Link(to, end);
            start = start < 0 ? from : _nfa.Add(null, from, start);
        }
        while (Take('|'));
        _depth--;
        return (start, end);
    }

    private (int Start, int End) Alternative(bool top)
    {
        var anchoredStart = Take('^');
        if (anchoredStart && !top)
            throw Fail("'^' is understood at the start of the pattern's alternatives only");
        var parts = Empty();
        var anchoredEnd = false;
        while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
        {
            if (Take('$'))
            {
                anchoredEnd = true;
                if (_at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
                    throw Fail("'$' is understood at the end of the pattern's alternatives only");
                break;
            }
            var start = _at;
            var part = Quantified(start);
            _nfa.Link(parts.End, part.Start);
            parts = (parts.Start, part.End);
        }
        if (!top && anchoredEnd)
            throw Fail("'$' is understood at the end of the pattern's alternatives only");
        if (!top)
            return parts;
        if (!anchoredStart)
            parts = Join(Star(CharacterSet.All), parts);
        return anchoredEnd ? parts : Join(parts, Star(CharacterSet.All));
    }

    private (int Start, int End) Quantified(int start)
    {
        var part = Atom();
        var (minimum, maximum) = Quantifier();
        if ((minimum, maximum) == (1, 1))
            return part;
        // Copies of a part are made by parsing it again.
        var after = _at;
        var result = Empty();
        for (var i = 0; i < minimum; i++)
        {
            result = Join(result, i == 0 ? part : Again(start));
        }
        if (maximum < 0)
        {
            var loop = minimum == 0 ? part : Again(start);
            var gate = _nfa.Add();
            var exit = _nfa.Add();
            _nfa.Link(gate, loop.Start, exit);
            _nfa.Link(loop.End, gate);
            result = Join(result, (gate, exit));
        }
        else
        {
            var exit = _nfa.Add();
            for (var i = minimum; i < maximum; i++)
            {
                var optional = i == 0 ? part : Again(start);
                var gate = _nfa.Add();
                _nfa.Link(gate, optional.Start, exit);
                _nfa.Link(result.End, gate);
                result = (result.Start, optional.End);
            }
            _nfa.Link(result.End, exit);
            result = (result.Start, exit);
        }
        _at = after;
        return result;
    }

    private (int Start, int End) Again(int start)
    {
        _at = start;
        return Atom();
    }

    private (int Minimum, int Maximum) Quantifier()
    {
        (int, int) bounds;
        if (Take('*'))
            bounds = (0, -1);
        else if (Take('+'))
            bounds = (1, -1);
        else if (Take('?'))
            bounds = (0, 1);
        else if (_at < _pattern.Length && _pattern[_at] == '{' && Counted() is { } counted)
            bounds = counted;
        else
            return (1, 1);
        // Lazy or greedy makes no difference to what matches.
        Take('?');
        if (_at < _pattern.Length && _pattern[_at] is '*' or '+')
            throw Fail("a quantifier cannot follow another");
        return bounds;
    }

    private (int, int)? Counted()
    {
        var close = _pattern.IndexOf('}', _at);
        if (close < 0)
            return null;
        var parts = _pattern[(_at + 1)..close].Split(',');
        if (parts.Length > 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var minimum))
            return null;
        var maximum = minimum;
        if (parts.Length == 2 && parts[1].Length == 0)
            maximum = -1;
        else if (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out maximum))
            return null;
        if (minimum > MaximumRepeat || maximum > MaximumRepeat)
            throw Fail($"a repetition of more than {MaximumRepeat} is not accepted; use minLength and maxLength");
        if (maximum >= 0 && maximum < minimum)
            throw Fail("a repetition's bounds are in the wrong order");
        _at = close + 1;
        return (minimum, maximum);
    }

    private (int Start, int End) Atom()
    {
        var c = _pattern[_at++];
        switch (c)
        {
            case '(':
                if (Take('?'))
                    GroupKind();
                var group = Alternatives(top: false);
                if (!Take(')'))
                    throw Fail("a group is not closed");
                return group;
            case '[':
                return One(Class());
            case '.':
                return One(CharacterSet.Dot);
            case '\\':
                return One(Escape(inClass: false));
            case '*' or '+' or '?' or ')':
                throw Fail($"'{c}' has nothing to apply to");
            case '^':
                throw Fail("'^' is understood at the start of the pattern's alternatives only");
            default:
                _at--;
                return One(Single());
        }
    }

    private void GroupKind()
    {
        if (Take(':'))
            return;
        if (_at + 1 < _pattern.Length && _pattern[_at] == '<' && _pattern[_at + 1] is not ('=' or '!') && _pattern.IndexOf('>', _at) is >= 0 and var end)
        {
            _at = end + 1;
            return;
        }
        throw Fail("look-around and inline options are not supported");
    }

    private CharacterSet Class()
    {
        var negated = Take('^');
        var set = CharacterSet.Of();
        while (!Take(']'))
        {
            if (_at >= _pattern.Length)
                throw Fail("a character class is not closed");
            var low = ClassPart();
            if (_at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] != ']')
            {
                _at++;
                var high = ClassPart();
                if (low.Ranges is not [var l] || high.Ranges is not [var h] || l.Low != l.High || h.Low != h.High || l.Low > h.Low)
                    throw Fail("a range of a character class is out of order");
                set = set.Union(CharacterSet.Of((l.Low, Math.Min(h.Low, 0xD7FF)), (Math.Max(l.Low, 0xE000), h.Low)));
            }
            else
                set = set.Union(low);
        }
        return negated ? set.Complement() : set;
    }

    private CharacterSet ClassPart()
    {
        if (_pattern[_at] != '\\')
            return Single();
        _at++;
        return Escape(inClass: true);
    }

    private CharacterSet Single()
    {
        if (!System.Text.Rune.TryGetRuneAt(_pattern, _at, out var rune))
            throw Fail("half of a surrogate pair is no character");
        _at += rune.Utf16SequenceLength;
        return CharacterSet.Of((rune.Value, rune.Value));
    }

    private CharacterSet Escape(bool inClass)
    {
        if (_at >= _pattern.Length)
            throw Fail("an escape is not complete");
        var c = _pattern[_at++];
        switch (c)
        {
            case 'd': return CharacterSet.Digits;
            case 'D': return CharacterSet.Digits.Complement();
            case 'w': return CharacterSet.Word;
            case 'W': return CharacterSet.Word.Complement();
            case 's': return CharacterSet.Space;
            case 'S': return CharacterSet.Space.Complement();
            case 'n': return Character('\n');
            case 'r': return Character('\r');
            case 't': return Character('\t');
            case 'f': return Character('\f');
            case 'v': return Character('\v');
            case '0': return Character('\0');
            case 'b' when inClass: return Character('\b');
            case 'x': return Character(HexDigits(2));
            case 'u': return Character(Take('{') ? Braced() : HexDigits(4));
            case 'p' or 'P':
                var close = _at < _pattern.Length && _pattern[_at] == '{' ? _pattern.IndexOf('}', _at) : -1;
                if (close < 0)
                    throw Fail("\\p needs a category in braces");
                var name = _pattern[(_at + 1)..close];
                _at = close + 1;
                var category = CharacterSet.Category(name) ?? throw Fail($"the category '{name}' is not known (general categories are: L, Lu, N, Nd, P, S, Z …)");
                return c == 'P' ? category.Complement() : category;
            default:
                if (char.IsAsciiLetterOrDigit(c))
                    throw Fail($"'\\{c}' is not supported");
                return Character(c);
        }
    }

    private int Braced()
    {
        var close = _pattern.IndexOf('}', _at);
        if (close < 0 || !int.TryParse(_pattern.AsSpan(_at, close - _at), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || code is < 0 or > 0x10FFFF)
            throw Fail("\\u{…} needs a code point");
        _at = close + 1;
        return code;
    }

    private int HexDigits(int count)
    {
        if (_at + count > _pattern.Length || !int.TryParse(_pattern.AsSpan(_at, count), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            throw Fail("hexadecimal digits are expected");
        _at += count;
        return code;
    }

    private CharacterSet Character(int code) =>
        code is >= 0xD800 and <= 0xDFFF ? throw Fail("half of a surrogate pair is no character") : CharacterSet.Of((code, code));

    private (int Start, int End) One(CharacterSet set)
    {
        var end = _nfa.Add();
        return (_nfa.Add(set, end), end);
    }

    private (int Start, int End) Star(CharacterSet set)
    {
        var exit = _nfa.Add();
        var gate = _nfa.Add();
        var read = _nfa.Add(set, gate);
        _nfa.Link(gate, read, exit);
        return (gate, exit);
    }

    private (int Start, int End) Empty()
    {
        var state = _nfa.Add();
        return (state, state);
    }

    private (int Start, int End) Join((int Start, int End) first, (int Start, int End) second)
    {
        _nfa.Link(first.End, second.Start);
        return (first.Start, second.End);
    }

    private bool Take(char c)
    {
        if (_at >= _pattern.Length || _pattern[_at] != c)
            return false;
        _at++;
        return true;
    }

    private SchemaException Fail(string what) => new($"{_path}: the pattern '{(_pattern.Length > 80 ? _pattern.Beginning(80) + "…" : _pattern)}' at {_at}: {what}.");
}

/// <summary>A schema cannot be enforced: it is wrong, too large, or uses what is not supported; the message names the place.</summary>
public sealed class SchemaException(string message) : Exception(message);
