using System.Globalization;

namespace ChatApp.Orchestrator.Tools.BuiltIn;

/// <summary>Numbers, + - * / % ^, parentheses, a few functions and constants; nothing that could loop or reach out.</summary>
internal sealed class ArithmeticExpression
{
    private const int DeepestNesting = 64;

    private static readonly Dictionary<string, Func<double, double>> Functions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sqrt"] = Math.Sqrt,
        ["cbrt"] = Math.Cbrt,
        ["abs"] = Math.Abs,
        ["exp"] = Math.Exp,
        ["ln"] = Math.Log,
        ["log"] = Math.Log10,
        ["log2"] = Math.Log2,
        ["sin"] = Math.Sin,
        ["cos"] = Math.Cos,
        ["tan"] = Math.Tan,
        ["asin"] = Math.Asin,
        ["acos"] = Math.Acos,
        ["atan"] = Math.Atan,
        ["floor"] = Math.Floor,
        ["ceil"] = Math.Ceiling,
        ["round"] = x => Math.Round(x, MidpointRounding.AwayFromZero),
    };

    private static readonly Dictionary<string, double> Constants = new(StringComparer.OrdinalIgnoreCase) { ["pi"] = Math.PI, ["e"] = Math.E };

    private readonly string _text;
    private int _at;
    private int _depth;

    private ArithmeticExpression(string text) => _text = text;

    /// <exception cref="ToolException">It is not an expression, or divides by zero.</exception>
    public static double Evaluate(string expression)
    {
        var parser = new ArithmeticExpression(expression.Replace("**", "^", StringComparison.Ordinal)
            .Replace('×', '*').Replace('·', '*').Replace('÷', '/').Replace('−', '-'));
        var value = parser.Sum();
        return parser.Peek() == '\0' ? value : throw parser.Unexpected();
    }

    private double Sum()
    {
        var value = Product();
        while (true)
        {
            if (Take('+'))
                value += Product();
            else if (Take('-'))
                value -= Product();
            else
                return value;
        }
    }

    private double Product()
    {
        var value = Signed();
        while (true)
        {
            if (Take('*'))
            {
                value *= Signed();
            }
            else if (Take('/'))
            {
                value /= NotZero(Signed());
            }
            else if (Take('%'))
            {
                // 5 % 3 is a remainder, 5% is five hundredths.
                if (char.IsAsciiDigit(Peek()) || Peek() is '(' || char.IsAsciiLetter(Peek()))
                    value %= NotZero(Signed());
                else
                    value /= 100;
            }
            else
            {
                return value;
            }
        }
    }

    private double Signed() => Deeper(() => Take('-') ? -Signed() : Take('+') ? Signed() : Power());

    private double Power()
    {
        var value = Operand();
        return Take('^') ? Math.Pow(value, Signed()) : value;
    }

    private double Operand()
    {
        if (Take('('))
        {
            var value = Sum();
            return Take(')') ? value : throw new ToolException("a closing parenthesis is missing.");
        }

        if (char.IsAsciiLetter(Peek()))
            return Named();
        return Number();
    }

    private double Named()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiLetterOrDigit(_text[_at]))
            _at++;
        var name = _text[start.._at];
        if (Functions.TryGetValue(name, out var function))
        {
            if (Peek() != '(')
                throw new ToolException($"'{name}' needs its argument in parentheses.");
            return function(Operand());
        }

        return Constants.TryGetValue(name, out var constant)
            ? constant
            : throw new ToolException($"'{name}' is not known; there are {string.Join(", ", Functions.Keys.Concat(Constants.Keys))}.");
    }

    private double Number()
    {
        Peek();
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiDigit(_text[_at]) || _text[_at] == '.'))
            _at++;
        if (_at > start && _at + 1 < _text.Length && _text[_at] is 'e' or 'E'
            && (char.IsAsciiDigit(_text[_at + 1]) || (_text[_at + 1] is '+' or '-' && _at + 2 < _text.Length && char.IsAsciiDigit(_text[_at + 2]))))
        {
            _at += 2;
            while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
                _at++;
        }

        return double.TryParse(_text.AsSpan(start, _at - start), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw Unexpected();
    }

    private double Deeper(Func<double> inner)
    {
        if (++_depth > DeepestNesting)
            throw new ToolException($"the expression is nested deeper than {DeepestNesting} levels.");
        var value = inner();
        _depth--;
        return value;
    }

    private static double NotZero(double value) => value != 0 ? value : throw new ToolException("division by zero.");

    private char Peek()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
        return _at < _text.Length ? _text[_at] : '\0';
    }

    private bool Take(char expected)
    {
        if (Peek() != expected)
            return false;
        _at++;
        return true;
    }

    private ToolException Unexpected() => new(_at < _text.Length
        ? $"'{_text[_at]}' at character {_at + 1} of the expression was not expected."
        : "the expression ends too early.");
}
